# What all distroless images share: no shell, no package manager; files of a few packages, unpacked and not configured.
# mmdebstrap makes an empty root with apt's lists; apt fetches just these packages, without what they depend on.
# shellcheck shell=bash disable=SC2034,SC2016
variant=custom
packages=''
prefix=image
dpkg_options=(--aptopt='Acquire::Languages "none"')
env=(
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
)

# distroless PACKAGE...: sets `customize` and `versions`.
distroless() {
    versions=$*
    customize='
packages="'"$*"'"
image=$1/image
mkdir -m 755 "$image" "$1/debs"
cd "$1/debs"
apt-get -o APT::Sandbox::User=root -qq download $packages
for deb in *.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$image" --no-same-owner --same-permissions \
        --exclude="./usr/share/lintian*" --exclude="./usr/share/man*" --exclude="./usr/share/locale*" \
        --exclude="./usr/share/info*" --exclude="./usr/share/zoneinfo/posix*" --exclude="./usr/share/zoneinfo/right*" \
        --exclude="./usr/share/doc/*/*.gz" --exclude="./usr/sbin/*" --exclude="./usr/lib/*/gconv*" --exclude="./sbin/*"
    name=$(dpkg-deb --field "$deb" Package)
    mkdir -p "$image/var/lib/dpkg/status.d"
    dpkg-deb --field "$deb" >"$image/var/lib/dpkg/status.d/$name"
done
mkdir -p "$image/etc/ssl/certs"
find "$image/usr/share/ca-certificates" -name "*.crt" | LC_ALL=C sort | while read -r certificate; do
    cat "$certificate"
    echo
done >"$image/etc/ssl/certs/ca-certificates.crt"
rm -rf "$image/usr/share/ca-certificates" "$image/etc/ca-certificates" "$image/usr/share/ca-certificates-java"
rm -rf "$image/etc/update-motd.d" "$image/etc/issue" "$image/etc/issue.net" "$image/etc/cron.daily" "$image/boot" \
    "$image/usr/games" "$image/usr/include" "$image/usr/share/dict" "$image/usr/share/doc/ca-certificates/examples"
find "$image/usr/share/doc" -type f ! -name copyright -delete
mkdir -p "$image/etc/ssl/certs" "$image/proc" "$image/sys" "$image/dev" "$image/run" "$image/tmp" "$image/var/tmp"
chmod 1777 "$image/tmp" "$image/var/tmp"
install -d -m 755 "$image/home"
install -d -m 700 "$image/root"
install -d -m 700 -o 65532 -g 65532 "$image/home/nonroot"
printf "%s\n" "root:x:0:0:root:/root:/sbin/nologin" "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin" \
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin" >"$image/etc/passwd"
printf "%s\n" "root:x:0:" "nobody:x:65534:" "tty:x:5:" "staff:x:50:" "nonroot:x:65532:" >"$image/etc/group"
printf "%s\n" "passwd: files" "group: files" "hosts: files dns" "networks: files" "protocols: files" \
    "services: files" >"$image/etc/nsswitch.conf"
'
}
