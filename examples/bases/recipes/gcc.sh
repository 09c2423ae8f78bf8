<<<<<<< HEAD
# gcc:*: Debian's gcc (12, whatever the name says) with g++, make and what the official image has around them for most uses.
# Leaves out, for the size of the download: gfortran, the development files of databases and image formats.
# shellcheck shell=bash disable=SC2034,SC2016
stands_for='gcc:12'
packages='gcc g++ libc6-dev make pkg-config git ca-certificates curl'
versions='gcc g++ make libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
env=(PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin)
=======
# gcc:*: Debian's C compiler with make. Debian 12 has gcc 12, whatever the name says. Leaves out, for the size of the download,
# what the official image has beside it: g++, gfortran, development files of many libraries, version control programs.
# shellcheck shell=bash disable=SC2034
stands_for='gcc'
packages='gcc libc6-dev make'
versions='gcc libc6 make'
dpkg_options=(--aptopt='Acquire::Languages "none"')
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
>>>>>>> d
command='["bash"]'
