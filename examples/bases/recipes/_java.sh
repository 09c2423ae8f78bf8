# What the java images share: Debian's OpenJDK (17, whatever the name says).
# shellcheck shell=bash disable=SC2034,SC2016
java_packages='ca-certificates netbase tzdata curl'
java_settings='
mkdir -p "$1/opt/java"
ln -s "$(cd "$1" && echo usr/lib/jvm/java-17-openjdk-*)" "$1/opt/java/link"
ln -sfT "/$(readlink "$1/opt/java/link")" "$1/opt/java/openjdk"
rm "$1/opt/java/link"
'
env=(
    PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    JAVA_HOME=/opt/java/openjdk LANG=C.UTF-8
)

# Debian's Maven repository, all that a project with the usual plugins, Jetty, Jackson and JUnit needs, in the place of
# Maven Central: settings.xml has a mirror of everything at file:///usr/share/maven-repo.
maven_repository='libjetty9-java libjackson2-databind-java libslf4j-java junit5 libsurefire-java
    libmaven-assembly-plugin-java libmaven-clean-plugin-java libmaven-compiler-plugin-java libmaven-dependency-plugin-java
    libmaven-deploy-plugin-java libmaven-install-plugin-java libmaven-jar-plugin-java libmaven-resources-plugin-java
    libmaven-site-plugin-java'
maven_repository=$(echo $maven_repository)
maven_settings='
cat >"$1/usr/share/maven-repo/settings.xml" <<"SETTINGS"
<?xml version="1.0" encoding="UTF-8"?>
<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <mirrors>
    <mirror>
      <id>debian</id>
      <name>Maven repository of Debian packages</name>
      <url>file:///usr/share/maven-repo</url>
      <mirrorOf>*</mirrorOf>
    </mirror>
  </mirrors>
</settings>
SETTINGS
'
