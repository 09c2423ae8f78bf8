# A module proxy (https://go.dev/ref/mod#goproxy-protocol) of files under /usr/share/goproxy: what `go mod download` asks when
# GOPROXY says file:///usr/share/goproxy.
# shellcheck shell=bash disable=SC2034,SC2016
go_modules='
modules="golang-github-google-uuid=github.com/google/uuid golang-github-gorilla-mux=github.com/gorilla/mux"
sources=$1/go-sources
mkdir -p "$sources/parts" "$sources/lists/partial"
sed "s/^Types: deb$/Types: deb-src/" "$1"/etc/apt/sources.list.d/*.sources >"$sources/parts/debian.sources"
apt_sources() {
    apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$sources/parts" \
        -o Dir::State::Lists="$sources/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}
apt_sources update
for module in $modules; do
    mkdir "$sources/${module%%=*}"
    (cd "$sources/${module%%=*}" && apt_sources source --download-only --tar-only "${module%%=*}")
    python3 - "$sources/${module%%=*}" "${module#*=}" "$1/usr/share/goproxy" <<"PYTHON"
import glob, json, os, re, sys, tarfile, zipfile
directory, module, proxy = sys.argv[1:]
(path,) = glob.glob(directory + "/*.orig.tar.*")
version = "v" + re.search(r"_([0-9.]+)\.orig\.tar", path)[1]
place = os.path.join(proxy, module, "@v")
os.makedirs(place)
files = {}
with tarfile.open(path) as archive:
    for member in archive:
        if member.isreg():
            files[member.name.split("/", 1)[1]] = archive.extractfile(member).read()
with zipfile.ZipFile(f"{place}/{version}.zip", "w", zipfile.ZIP_DEFLATED) as module_zip:
    for name in sorted(files):
        # A ZipInfo of its own has the same time whenever it is made.
        module_zip.writestr(zipfile.ZipInfo(f"{module}@{version}/{name}"), files[name], zipfile.ZIP_DEFLATED)
with open(f"{place}/{version}.mod", "wb") as out:
    out.write(files["go.mod"])
with open(f"{place}/{version}.info", "w") as out:
    json.dump({"Version": version, "Time": "2026-01-01T00:00:00Z"}, out)
with open(f"{place}/list", "w") as out:
    out.write(version + "\n")
PYTHON
done
rm -rf "$sources"
'
