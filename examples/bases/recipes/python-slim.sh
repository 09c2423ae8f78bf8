# python:3.*-slim: Debian's Python (3.11, whatever the name says) with pip and venv on a slim Debian.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_slim.sh"
. "$here/recipes/_python.sh"
stands_for='python:3.x-slim'
packages=$python_packages
versions='python3 python3-pip libc6'
customize=$slim_settings$python_settings
