# gcr.io/distroless/base-debian12: for programs linked with glibc and OpenSSL.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/_distroless.sh"
stands_for=gcr.io/distroless/base-debian12
distroless base-files ca-certificates libc6 libssl3 netbase tzdata
user=0
workdir=/
