# What debian:*-slim leaves out: documentation, manual pages and translations. Licences stay.
dpkg_options=()
for path in doc groff info linda lintian locale man; do
    dpkg_options+=(--dpkgopt="path-exclude=/usr/share/$path/*")
done
dpkg_options+=(
    --dpkgopt='path-include=/usr/share/doc/*/copyright'
    --dpkgopt='path-include=/usr/share/locale/locale.alias'
    --aptopt='Acquire::Languages "none"'
    --aptopt='APT::Install-Recommends "false"'
)
# The same for packages that a Dockerfile installs later, and apt's caches do not stay in a layer.
# shellcheck disable=SC2016,SC2034
slim_settings='
mv "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$1/etc/dpkg/dpkg.cfg.d/slim"
{
    echo "Acquire::Languages \"none\";"
    echo "Acquire::GzipIndexes \"true\";"
    echo "Apt::AutoRemove::SuggestsImportant \"false\";"
    echo "Dir::Cache::pkgcache \"\";"
    echo "Dir::Cache::srcpkgcache \"\";"
    echo "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true\"; };"
} >"$1/etc/apt/apt.conf.d/slim"
'
