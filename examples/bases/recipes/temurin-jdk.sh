# eclipse-temurin:*-jdk: Debian's JDK 17, whatever the name says, without Maven. What a Maven wrapper downloads is there all the
# same, out of Debian's packages: Maven's archive under /usr/share/maven-distribution, which MVNW_REPOURL names in the place of
# Maven Central, and Debian's Maven repository.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_java.sh"
stands_for='eclipse-temurin:21-jdk'
packages="openjdk-17-jdk-headless maven $java_packages $maven_repository"
versions='openjdk-17-jdk-headless libmaven3-core-java libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
customize=$java_settings$maven_settings'
cd "$1"
version=$(chroot "$1" dpkg-query --show --showformat "\${source:Upstream-Version}" maven)
place=usr/share/maven-distribution/org/apache/maven/apache-maven/$version
name=apache-maven-$version
mkdir -p "$place" "$name"
chroot "$1" cp -rL /usr/share/maven/bin /usr/share/maven/boot /usr/share/maven/lib /usr/share/maven/conf "/$name/"
mv usr/share/maven-repo/settings.xml "$name/conf/settings.xml"
tar -c --sort=name --mtime=@'$epoch' --owner=0 --group=0 --numeric-owner "$name" | gzip -9n >"$place/$name-bin.tar.gz"
rm -rf "$name"
chroot "$1" dpkg --purge maven >dev/null
'
env+=(MVNW_REPOURL=file:///usr/share/maven-distribution)
command='["jshell"]'
