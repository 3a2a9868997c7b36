#!/bin/sh
# sandbox.sh DIR COMMAND…: runs a program that is not ours where it can write to
# DIR alone: no devices, no /sys, no network, everything else read-only. Needs
# unshare of util-linux; is no part of what modscout ships.
set -eu
if [ "$1" != inside ]; then
	exec unshare --map-root-user --mount --net --pid --fork --mount-proc sh "$0" inside "$@"
fi
dir=$2
shift 2
mount --make-rprivate /
mount --bind "$dir" "$dir"
touch "$dir/.null"
mount --bind /dev/null "$dir/.null"
mount -t tmpfs dev /dev
touch /dev/null
mount --bind "$dir/.null" /dev/null
umount "$dir/.null"
rm "$dir/.null"
mount -t tmpfs sys /sys
mount -o remount,bind,ro /
cd "$dir"
exec "$@"
