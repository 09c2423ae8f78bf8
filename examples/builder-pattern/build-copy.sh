#!/bin/sh
# The Builder Pattern with COPY --from=<image>: two Dockerfiles, in the right order.
#
#   build-copy.sh [FLAG...]     flags for slipway build, such as --build-context; $IMAGE names the result
set -eu
slipway=${SLIPWAY:-slipway}
here=$(dirname "$0")

"$slipway" build "$@" --tag logbook-build --file "$here/Dockerfile.build" "$here"
"$slipway" build "$@" --tag "${IMAGE:-logbook}" --file "$here/Dockerfile.copy" "$here"
