# nginx:1.*: Debian's nginx (1.22, whatever the name says) with the paths, the user and the configuration of the official image.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_slim.sh"
stands_for='nginx:1.x'
packages='nginx ca-certificates curl netbase tzdata'
versions='nginx libc6'
customize=$slim_settings'
chroot "$1" groupadd --system --gid 101 nginx
chroot "$1" useradd --system --gid nginx --no-create-home --home-dir /nonexistent --shell /bin/false --uid 101 nginx
rm -rf "$1/etc/nginx/sites-available" "$1/etc/nginx/sites-enabled" "$1/var/www"
mkdir -p "$1/usr/share/nginx/html"
cat >"$1/etc/nginx/nginx.conf" <<"CONFIGURATION"
user nginx;
worker_processes auto;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events {
    worker_connections 1024;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
CONFIGURATION
cat >"$1/etc/nginx/conf.d/default.conf" <<"CONFIGURATION"
server {
    listen 80;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
}
CONFIGURATION
'
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["nginx", "-g", "daemon off;"]'
