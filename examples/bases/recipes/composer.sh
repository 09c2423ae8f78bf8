# composer:*: Debian's Composer 2.5 and PHP 8.2, whatever the name says, with git and unzip as the official image has them.
# Composer's cache has a few packages, made of the upstream archives of Debian's source packages and named by the addresses
# under which packagist.org has them, so that `composer install` with a lock file reaches for nothing outside.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_slim.sh"
stands_for='composer:2'
packages='composer php8.2-cli php8.2-curl php8.2-mbstring php8.2-xml php8.2-zip git unzip ca-certificates netbase tzdata'
versions='composer php8.2-cli git libc6'
customize=$slim_settings'
sources=$1/composer-sources
mkdir -p "$sources/parts" "$sources/lists/partial"
sed "s/^Types: deb$/Types: deb-src/" "$1"/etc/apt/sources.list.d/*.sources >"$sources/parts/debian.sources"
apt_sources() {
    apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$sources/parts" \
        -o Dir::State::Lists="$sources/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}
apt_sources update
while read -r source package repository reference; do
    mkdir "$sources/$source"
    (cd "$sources/$source" && apt_sources source --download-only --tar-only "$source")
    python3 - "$sources/$source" "$1/usr/local/share/composer/cache/files/$package" "$repository" "$reference" <<"PYTHON"
import glob, hashlib, os, sys, tarfile, zipfile
directory, place, repository, reference = sys.argv[1:]
(path,) = glob.glob(directory + "/*.orig.tar.*")
os.makedirs(place)
# Composer names what it keeps by a hash of the address.
url = f"https://api.github.com/repos/{repository}/zipball/{reference}"
top = repository.replace("/", "-") + "-" + reference[:7]
with tarfile.open(path) as archive, zipfile.ZipFile(f"{place}/{hashlib.sha1(url.encode()).hexdigest()}.zip", "w") as out:
    for member in sorted(archive, key=lambda member: member.name):
        if member.isreg():
            # A ZipInfo of its own has the same time whenever it is made.
            entry = zipfile.ZipInfo(f"{top}/{member.name.split(chr(47), 1)[1]}")
            entry.external_attr = (0o100755 if member.mode & 0o100 else 0o100644) << 16
            out.writestr(entry, archive.extractfile(member).read(), zipfile.ZIP_DEFLATED)
PYTHON
done <<"PACKAGES"
php-monolog monolog/monolog Seldaek/monolog f259e2b15fb95494c83f52d3caad003bbf5ffaa1
php-nikic-fast-route nikic/fast-route nikic/FastRoute 181d480e08d9476e61381e04a71b34dc0432e812
php-psr-log psr/log php-fig/log d49695b909c3b7628b6289db5479a1c204601f11
php-psr-container psr/container php-fig/container 513e0666f7216c7459170d56df27dfcefe1689ea
phpunit-diff sebastian/diff sebastianbergmann/diff 3461e3fccc7cfdfc2720be910d3bd73c69be590d
PACKAGES
rm -rf "$sources"
mkdir -p "$1/usr/local/share/composer/home" "$1/app"
printf "%s\n" "{\"config\": {\"cache-read-only\": true}}" >"$1/usr/local/share/composer/home/config.json"
'
env=(
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    COMPOSER_ALLOW_SUPERUSER=1
    COMPOSER_HOME=/usr/local/share/composer/home
    COMPOSER_CACHE_DIR=/usr/local/share/composer/cache
)
workdir=/app
command='["composer"]'
