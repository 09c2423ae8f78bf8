# swift:6.*: the toolchain of this machine on Debian 12 with what it needs there: a linker, C and C++ headers, git. Leaves out debuggers,
# editors' servers and the libraries of embedded Swift.
# Where git on this machine takes https://github.com from a directory (url.*.insteadOf in its configuration, as on machines
# without internet), the image has that directory and that setting too, so that `swift build` finds packages as outside.
# shellcheck shell=bash disable=SC2034,SC2016
command -v swiftc >/dev/null || fail "'$name' is made from the Swift toolchain of this machine, and there is no swiftc"
swift_toolchain=$(swiftc -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
[ -d "$swift_toolchain" ] || fail "'$name' is made from the Swift toolchain of this machine, and swiftc does not tell where it is"
swift_packages=$(git ls-remote --get-url https://github.com/)
if [ ! -d "$swift_packages" ]; then swift_packages=''; fi

stands_for='swift:6.x'
packages='binutils gcc libc6-dev libstdc++-12-dev git ca-certificates pkg-config tzdata
    libcurl4 libxml2 libncurses6 libsqlite3-0 libuuid1 zlib1g-dev'
packages=$(echo $packages | tr ' ' ,)
versions='gcc libc6 binutils'
dpkg_options=(--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"')
labels=("slipway.stand-in.toolchain=$(swiftc --version 2>/dev/null | head -n 1)")
# The mirrors change when the project takes another dependency.
host_state=$(if [ -n "$swift_packages" ]; then
    find "$swift_packages" \( -name packed-refs -o -path '*/refs/*' \) -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum
fi)
host_files() {
    local out=(--owner=0 --group=0 --numeric-owner)
    tar -C "$swift_toolchain" -cf "$1" "${out[@]}" --transform='flags=rSH;s,^\.,./usr,' --exclude='./bin/*lldb*' --exclude=./bin/clangd \
        --exclude=./bin/docc --exclude=./bin/sourcekit-lsp --exclude=./bin/repl_swift --exclude=./bin/wasmkit \
        --exclude='./lib/liblldb*' --exclude='./lib/libsourcekit*' --exclude='./lib/libSwiftSourceKit*' --exclude='./lib/libclang.*' \
        --exclude='./lib/libLTO*' --exclude=./lib/swift/embedded --exclude=./lib/swift/FrameworkABIBaseline \
        --exclude=./lib/swift_static/embedded --exclude=./share/man --exclude=./local .
    if [ -n "$swift_packages" ]; then
        tar -C "$swift_packages" -rf "$1" "${out[@]}" --transform='flags=rSH;s,^\.,./opt/swift-packages,' .
    fi
}
if [ -n "$swift_packages" ]; then
    customize='
printf "%s\n" "[url \"/opt/swift-packages/\"]" "    insteadOf = https://github.com/" "[safe]" "    directory = *" >"$1/etc/gitconfig"
'
fi
env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
command='["bash"]'
