mount -t overlay overlay -o lowerdir=/tmp/ft/lo,upperdir=/tmp/ft/up,workdir=/tmp/ft/wo /tmp/ft/mnt
B=$1; shift
export SOURCE_DATE_EPOCH=1700000000
args="build --build-context busybox=oci-layout:///work/shared/conformance/suite/base/busybox --no-cache --progress plain ctx"
"$@" env SLIPWAY_ROOT=/tmp/ft/mnt/store $B doctor | head -12
"$@" env SLIPWAY_ROOT=/tmp/ft/mnt/store $B $args -o type=oci,dest=/tmp/ft/mnt/o.tar 2>/tmp/ft/log || tail -20 /tmp/ft/log
"$@" env SLIPWAY_ROOT=/tmp/ft/mnt/store PATH=/nonexist $B $args -o type=oci,dest=/tmp/ft/mnt/o2.tar 2>/tmp/ft/log2 || tail -20 /tmp/ft/log2
tar xOf /tmp/ft/mnt/o.tar index.json; echo; tar xOf /tmp/ft/mnt/o2.tar index.json
cp /tmp/ft/mnt/*.tar /tmp/ft
