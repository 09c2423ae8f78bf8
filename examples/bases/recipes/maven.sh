# maven:3.*-eclipse-temurin-*: Debian's Maven 3.8 and JDK 17, whatever the name says, with Debian's Maven repository.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_java.sh"
stands_for='maven:3.x-eclipse-temurin-21'
packages="openjdk-17-jdk-headless maven git $java_packages $maven_repository"
versions='maven openjdk-17-jdk-headless libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
customize=$java_settings$maven_settings'
mv "$1/usr/share/maven-repo/settings.xml" "$1/etc/maven/settings.xml"
'
env+=(MAVEN_HOME=/usr/share/maven)
command='["mvn"]'
