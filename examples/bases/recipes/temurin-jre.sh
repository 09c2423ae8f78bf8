# eclipse-temurin:*-jre: Debian's Java runtime, with the tools that the official Ubuntu image has.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_slim.sh"
. "$here/recipes/_java.sh"
stands_for='eclipse-temurin:21-jre'
packages="openjdk-17-jre-headless $java_packages"
versions='openjdk-17-jre-headless libc6'
customize=$slim_settings$java_settings
