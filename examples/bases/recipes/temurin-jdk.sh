# eclipse-temurin:*-jdk: Debian's JDK 17, whatever the name says, without Maven. What a Maven wrapper downloads is there, out of
# Debian's packages: Maven itself as archives under /usr/share/maven-distribution, which MVNW_REPOURL names in the place of Maven
# Central, and Debian's Maven repository. The archives have the version that the wrapper asks for in their name, and Debian's
# Maven 3.8 in them.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_java.sh"
stands_for='eclipse-temurin:21-jdk'
packages="openjdk-17-jdk-headless unzip zip $java_packages $maven_repository"
versions='openjdk-17-jdk-headless libmaven3-core-java libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
customize=$java_settings$maven_settings'
cd "$1"
mkdir maven-package
(cd maven-package && apt-get -o APT::Sandbox::User=root -qq download maven && dpkg-deb --extract maven_*.deb .)
'
