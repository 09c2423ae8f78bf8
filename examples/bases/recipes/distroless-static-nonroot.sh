# gcr.io/distroless/static-debian12:nonroot: for programs that need no shared library.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_distroless.sh"
stands_for=gcr.io/distroless/static-debian12:nonroot
distroless base-files ca-certificates netbase tzdata
user=65532
workdir=/home/nonroot
