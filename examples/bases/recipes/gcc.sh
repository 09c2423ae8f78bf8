# gcc:*: Debian's C compiler with make. Debian 12 has gcc 12, whatever the name says. Leaves out, for the size of the download,
# what the official image has beside it: g++, gfortran, development files of many libraries, version control programs.
# shellcheck shell=bash disable=SC2034
stands_for='gcc'
packages='gcc libc6-dev make'
versions='gcc libc6 make'
dpkg_options=(--aptopt='Acquire::Languages "none"')
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["bash"]'
