#!/bin/sh
# The Builder Pattern as it was done before there were stages: two Dockerfiles and a program that goes through the host.
#
#   build.sh [FLAG...]     flags for slipway build, such as --build-context; $IMAGE names the result
set -eu
slipway=${SLIPWAY:-slipway}
here=$(dirname "$0")
artifact=$(mktemp -d)
trap 'rm -rf "$artifact"' EXIT

"$slipway" build "$@" --tag logbook-build --file "$here/Dockerfile.build" "$here"
# What `docker cp $(docker create logbook-build):/out/logbook .` did.
"$slipway" run --rm --network none logbook-build cat /out/logbook >"$artifact/logbook"
chmod 755 "$artifact/logbook"
"$slipway" build "$@" --tag "${IMAGE:-logbook}" --file "$here/Dockerfile.run" "$artifact"
