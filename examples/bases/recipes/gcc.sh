# gcc:*: Debian's gcc (12, whatever the name says) with g++, make and what the official image has around them for most uses.
# Leaves out, for the size of the download: gfortran, the development files of databases and image formats.
# shellcheck shell=bash disable=SC2034,SC2016
stands_for='gcc:12'
packages='gcc g++ libc6-dev make pkg-config git ca-certificates curl'
versions='gcc g++ make libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
env=(PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["bash"]'
