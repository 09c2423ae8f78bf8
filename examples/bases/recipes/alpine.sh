# alpine:3.*: what Alpine is to a program: busybox for a shell and tools, musl for a C library, certificates. From Debian's packages of
# them, so it has Debian's versions and no apk.
# shellcheck shell=bash disable=SC2034,SC2016
variant=custom
stands_for='alpine:3.x'
prefix=image
dpkg_options=(--aptopt='Acquire::Languages "none"')
versions='busybox-static musl ca-certificates'
customize='
packages="busybox-static musl ca-certificates"
image=$1/image
mkdir -m 755 "$image" "$1/debs"
cd "$1/debs"
apt-get -o APT::Sandbox::User=root -qq download $packages
mkdir "$1/unpacked"
for deb in *.deb; do
    dpkg-deb --extract "$deb" "$1/unpacked"
    name=$(dpkg-deb --field "$deb" Package)
    mkdir -p "$image/var/lib/dpkg/status.d"
    dpkg-deb --field "$deb" >"$image/var/lib/dpkg/status.d/$name"
done
mkdir -p "$image/bin" "$image/sbin" "$image/lib" "$image/usr/bin" "$image/usr/sbin" "$image/usr/lib" "$image/etc/ssl/certs"
cp "$1/unpacked/bin/busybox" "$image/bin/busybox"
# Package managers are applets in Debian busybox and not in that of Alpine.
"$image/bin/busybox" --list-full | grep -E "^(usr/)?s?bin/" | grep -v -E "/(dpkg|dpkg-deb|rpm|rpm2cpio)$" | while read -r applet; do
    [ -e "$image/$applet" ] || ln -s /bin/busybox "$image/$applet"
done
cp -P "$1"/unpacked/lib/*-linux-musl*/libc.so "$image/lib/"
(cd "$1/unpacked/lib" && for loader in ld-musl-*; do ln -s libc.so "$image/lib/$loader"; done)
find "$1/unpacked/usr/share/ca-certificates" -name "*.crt" | LC_ALL=C sort | while read -r certificate; do
    cat "$certificate"
    echo
done >"$image/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$image/proc" "$image/sys" "$image/dev" "$image/run" "$image/tmp" "$image/var/tmp" "$image/home" "$image/srv"
mkdir -m 700 "$image/root"
chmod 1777 "$image/tmp" "$image/var/tmp"
printf "%s\n" "root:x:0:0:root:/root:/bin/sh" "nobody:x:65534:65534:nobody:/:/sbin/nologin" >"$image/etc/passwd"
printf "%s\n" "root:x:0:" "tty:x:5:" "nobody:x:65534:" >"$image/etc/group"
printf "%s\n" "root:*::0:::::" >"$image/etc/shadow"
chmod 640 "$image/etc/shadow"
echo "/bin/sh" >"$image/etc/shells"
'
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["/bin/sh"]'
