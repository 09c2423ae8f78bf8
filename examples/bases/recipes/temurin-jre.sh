# eclipse-temurin:*-jre: Debian's Java runtime, with the tools that the official Ubuntu image has.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_slim.sh"
. "$here/recipes/_java.sh"
stands_for='eclipse-temurin:21-jre'
packages="openjdk-17-jre-headless $java_packages"
versions='openjdk-17-jre-headless libc6'
# update-alternatives wants to make links to manual pages.
dpkg_options+=(--essential-hook='mkdir -p "$1/usr/share/man/man1"')
customize=$slim_settings$java_settings'
rm -rf "$1/usr/share/man/man1"
'
