# rust:1.*: Debian's Rust (1.63, whatever the name says) and cargo, with gcc for linking, git and certificates.
# The crates that the examples use come from Debian's packages of them, as cargo's directory source: in /usr/local/cargo there is
# a setting that puts it in the place of crates.io. Their checksums are those of crates.io, so that a Cargo.lock fits both.
# shellcheck shell=bash disable=SC2034,SC2016
stands_for='rust:1.x'
packages='rustc cargo gcc libc6-dev pkg-config git ca-certificates'
versions='rustc cargo gcc libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"')
customize='
crates="ascii cfg-if chunked-transfer httpdate humantime itoa log proc-macro2 quote ryu serde serde-derive serde-json syn
    tiny-http unicode-ident"
mkdir "$1/crates"
(
    cd "$1/crates"
    for crate in $crates; do apt-get -o APT::Sandbox::User=root -qq download "librust-$crate-dev"; done
    for deb in *.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$1" --no-same-owner ./usr/share/cargo/registry; done
)
rm -rf "$1/crates"
# Where the package does not tell it: the sum of the upstream archive in the Debian source package, which is the crate itself.
fill() {
    sed -i "s/Could not get crate checksum/$2/" "$1"
}
for crate in cfg-if-1.0.0=baf1de4339761588bc0619e3cbc0120ee582ebb74b53b4efbf79117bd2da40fd \
    log-0.4.17=abb12e687cfb44aa40f41fc3978ef76448f9b6038cad6aef4259d3c095a2382e \
    syn-1.0.107=1f4064b5b16e03ae50984a5a8ed5d4f8803e6bc1fd170a3cda91a1be4b18e3f5 \
    tiny_http-0.12.0=389915df6413a2e74fb181895f933386023c71110878cd0825588928e64cdc82; do
    fill "$1/usr/share/cargo/registry/${crate%%=*}/.cargo-checksum.json" "${crate#*=}"
done
mkdir -p "$1/usr/local/cargo/bin" "$1/usr/local/cargo/registry"
printf "%s\n" "[source.crates-io]" "replace-with = \"debian\"" "" "[source.debian]" \
    "directory = \"/usr/share/cargo/registry\"" >"$1/usr/local/cargo/config.toml"
'
env=(
    PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    CARGO_HOME=/usr/local/cargo
)
command='["bash"]'
