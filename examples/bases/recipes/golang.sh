# golang:1.*: Debian's Go with what the official image has around it: git, a C compiler for cgo, make, curl.
# Debian 12 has Go 1.19, whatever the name says. Leaves out, for the size of the download, what Go programs seldom need:
# g++, mercurial, subversion, openssh-client, gnupg, wget.
# A Go module proxy of files has a few modules, made of the upstream archives of Debian's source packages. They are
# what the public proxy has, as their sums in go.sum tell.
# shellcheck shell=bash disable=SC2034,SC2016
. "$here/recipes/_gomodules.sh"
stands_for='golang:1.x'
packages='golang-go gcc libc6-dev make pkg-config git ca-certificates curl netbase tzdata'
versions='golang-1.19-go gcc git libc6'
dpkg_options=(--aptopt='Acquire::Languages "none"')
customize='
ln -s ../lib/go "$1/usr/local/go"
mkdir -p "$1/go/src" "$1/go/bin"
chmod 1777 "$1/go" "$1/go/src" "$1/go/bin"
'"$go_modules"
env=(
    PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    GOTOOLCHAIN=local
    GOPATH=/go
    GOPROXY=file:///usr/share/goproxy,https://proxy.golang.org,direct
)
workdir=/go
command='["bash"]'
