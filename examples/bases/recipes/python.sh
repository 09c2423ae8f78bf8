# python:3.*: Debian's Python (3.11, whatever the name says) with what the official image has to build C extensions:
# compilers, make, git, headers of common libraries. Leaves out, for the size of the download, what few extensions need:
# headers of databases, image and geometry libraries, mercurial, subversion.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_python.sh"
stands_for='python:3.x'
packages="$python_packages python3-dev gcc g++ libc6-dev make pkg-config git curl libffi-dev libssl-dev zlib1g-dev"
versions='python3 python3-pip gcc libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"')
customize=$python_settings
