# gcr.io/distroless/base-debian12:nonroot: the same as uid 65532.
# shellcheck shell=bash disable=SC2034
. "$here/recipes/distroless-base.sh"
stands_for=gcr.io/distroless/base-debian12:nonroot
user=65532
workdir=/home/nonroot
