# php:8-apache: Debian's Apache and PHP 8.2 with the paths and the helpers of the official image. docker-php-ext-install enables
# an extension that is there already; the official one compiles it, and has a C compiler for it that stays in the image.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_slim.sh"
stands_for='php:8-apache'
packages='apache2 libapache2-mod-php8.2 php8.2-cli php8.2-mysql php8.2-opcache ca-certificates curl netbase tzdata'
versions='libapache2-mod-php8.2 apache2 libc6'
customize=$slim_settings'
chroot "$1" phpdismod opcache mysqli pdo_mysql mysqlnd pdo
chroot "$1" a2enmod -q rewrite
rm -f "$1/var/www/html/index.html"
chown www-data:www-data "$1/var/www" "$1/var/www/html"
mkdir -p "$1/usr/local/etc/php"
cp "$1/usr/lib/php/8.2/php.ini-production" "$1/usr/lib/php/8.2/php.ini-development" "$1/usr/local/etc/php/"
ln -sf /usr/local/etc/php/php.ini "$1/etc/php/8.2/apache2/php.ini"
ln -sf /usr/local/etc/php/php.ini "$1/etc/php/8.2/cli/php.ini"
cat >"$1/usr/local/bin/docker-php-ext-install" <<"PROGRAM"
#!/bin/sh
# Enables extensions of Debian packages that are in this image.
set -eu
for extension in "$@"; do
    case $extension in
        pdo_mysql | mysqli) phpenmod mysqlnd pdo "$extension" ;;
        pdo | opcache) phpenmod "$extension" ;;
        *)
            echo "docker-php-ext-install: this stand-in has no $extension" >&2
            exit 1
            ;;
    esac
done
PROGRAM
cat >"$1/usr/local/bin/apache2-foreground" <<"PROGRAM"
#!/bin/sh
set -eu
: "${APACHE_CONFDIR:=/etc/apache2}"
. "$APACHE_CONFDIR/envvars"
exec apache2 -DFOREGROUND "$@"
PROGRAM
chmod 755 "$1/usr/local/bin/docker-php-ext-install" "$1/usr/local/bin/apache2-foreground"
# Any user may run it: what it writes is in /tmp, and its logs are standard output and error, through programs: another user than
# the one who started the container may not be able to open /dev/stderr.
cat >>"$1/etc/apache2/envvars" <<"SETTINGS"
export APACHE_RUN_DIR=/tmp
export APACHE_LOCK_DIR=/tmp
export APACHE_PID_FILE=/tmp/apache2.pid
SETTINGS
sed -i "s,^ErrorLog .*,ErrorLog \"|$/bin/cat >\&2\"," "$1/etc/apache2/apache2.conf"
sed -i -e "/ErrorLog /d" -e "s,CustomLog .*,CustomLog \"|/bin/cat\" combined," \
    "$1/etc/apache2/sites-available/000-default.conf"
rm -f "$1/etc/apache2/conf-enabled/other-vhosts-access-log.conf"
printf "%s\n" "ServerName localhost" >"$1/etc/apache2/conf-enabled/server-name.conf"
'
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PHP_INI_DIR=/usr/local/etc/php)
workdir=/var/www/html
command='["apache2-foreground"]'
