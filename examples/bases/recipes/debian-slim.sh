# debian:bookworm-slim: the packages that dpkg and apt need, without documentation.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_slim.sh"
stands_for=debian:bookworm-slim
versions='base-files libc6 apt'
customize=$slim_settings
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["bash"]'
