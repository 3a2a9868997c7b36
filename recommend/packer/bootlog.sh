#!/bin/sh
# Writes modscout-boot.log to the loader's first partition, so that a boot
# without network can tell why. Started in the background by exec.sh or by the
# loader's own runner; the boot does not wait for it, and no failure here is one
# of the boot. What the file says: docs/importing.md of modscout, which reads it.
#
#   bootlog.sh          write the log once the partition is there, and again
#                       half a minute later, when the network has had its chance
#   bootlog.sh print    print the log
#
# No disk but the loader's is written to. Which one that is, say RedPill, which
# calls it /dev/synoboot, or the vid= and pid= of the stick on the kernel's
# command line; and the loader's own files must be on it.

@@VARIABLES@@
ROOT="${MODSCOUT_ROOT:-}" # where /proc, /sys, /dev and /tmp are; for tests
WORK="$ROOT/tmp/modscout-boot"
LOG_LINES=200

# masked leaves out what names this machine: addresses, serial numbers, and the
# command line, which holds both.
masked() {
  sed -r -e '/ommand line:|[Ss]erial ?[Nn]umber|[Uu][Uu][Ii][Dd]/d' \
    -e 's/([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}/xx:xx:xx:xx:xx:xx/g' \
    -e 's/(^|[^0-9A-Za-z])[0-9A-Fa-f]{12}([^0-9A-Za-z]|$)/\1xxxxxxxxxxxx\2/g' \
    -e 's/(^|[^0-9A-Za-z])(sn|mac[0-9]*)=[^ ]*/\1\2=x/g'
}

# name_of LINK prints what a link in sysfs points to, without its folders.
name_of() {
  target=$(readlink "$1" 2>/dev/null) && echo "${target##*/}" || echo -
}

networks() {
  for port in "$ROOT"/sys/class/net/*; do
    [ -e "$port/device" ] || continue # lo and others that are no hardware
    carrier=$(cat "$port/carrier" 2>/dev/null) || carrier=- # it cannot be read while the port is down
    echo "network: ${port##*/} $(name_of "$port/device/driver") $(cat "$port/operstate") ${carrier:--}"
  done
}

devices() {
  for file in "$ROOT"/sys/bus/pci/devices/*/modalias "$ROOT"/sys/bus/usb/devices/*/modalias "$ROOT"/sys/bus/virtio/devices/*/modalias; do
    [ -e "$file" ] || continue
    device=$(cd -P "${file%/modalias}" && pwd -P)
    echo "device: ${device#"$ROOT/sys"} $(cat "$file") $(name_of "$device/driver")"
  done
}

modules() {
  for name in $MODULES; do
    [ -d "$ROOT/sys/module/$name" ] && echo "module: $name loaded" || echo "module: $name absent"
  done
}

print_log() {
  echo "modscout boot log 1"
  echo "plan: $PLAN"
  echo "platform: $PLATFORM_ID"
  echo "kernel: $(uname -r)"
  echo "made for: $KERNEL_RELEASE"
  echo "seconds: $(cut -d. -f1 "$ROOT/proc/uptime")"
  sed 's/^/load: /' "$ROOT/tmp/modscout-load.log" 2>/dev/null
  modules
  networks
  devices
  dmesg 2>/dev/null | tail -n "$LOG_LINES" | masked | sed 's/^/log: /'
  echo "end of modscout boot log"
}

# option NAME prints the value of a word of the kernel's command line.
option() {
  for word in $(cat "$ROOT/proc/cmdline"); do
    case "$word" in "$1"=*) echo "${word#*=}" ;; esac
  done
}

# of_stick DIR: the block device in sysfs is on the USB stick that the command
# line names.
of_stick() {
  device=$1
  while [ -n "$device" ] && [ ! -e "$device/idVendor" ]; do
    device=${device%/*}
  done
  [ -n "$device" ] && [ "0x$(cat "$device/idVendor") 0x$(cat "$device/idProduct")" = "$(option vid) $(option pid)" ]
}

# candidates prints the partitions that may be the loader's first.
candidates() {
  if [ -b "$ROOT/dev/synoboot1" ]; then
    echo "$ROOT/dev/synoboot1"
    return
  fi
  for file in "$ROOT"/sys/class/block/*/partition; do
    [ "$(cat "$file" 2>/dev/null)" = 1 ] || continue
    partition=${file%/partition}
    of_stick "$(cd -P "$partition" && pwd -P)" && echo "$ROOT/dev/${partition##*/}"
  done
}

# is_loader: what is mounted holds the files that redpill-load puts there.
is_loader() {
  [ -f "$WORK/mnt/zImage" ] && [ -f "$WORK/mnt/rd.gz" ] && [ -f "$WORK/mnt/custom.gz" ] &&
    grep -q /custom.gz "$WORK/mnt/boot/grub/grub.cfg" 2>/dev/null
}

# loader_partition prints the one partition that is the loader's. None where
# two could be.
loader_partition() {
  found=
  for partition in $(candidates); do
    mount -t vfat -o ro "$partition" "$WORK/mnt" 2>/dev/null || continue
    is_loader && found="$found $partition"
    umount "$WORK/mnt"
  done
  # shellcheck disable=SC2086 # a list
  set -- $found
  [ $# = 1 ] && echo "$1"
}

write_log() {
  partition=$(loader_partition) || return 1
  print_log >"$WORK/log"
  mount -t vfat -o rw "$partition" "$WORK/mnt" || return 1
  cp "$WORK/log" "$WORK/mnt/modscout-boot.new" && mv "$WORK/mnt/modscout-boot.new" "$WORK/mnt/modscout-boot.log"
  status=$?
  sync
  umount "$WORK/mnt"
  return "$status"
}

if [ "${1:-}" = print ]; then
  print_log
  exit
fi
mkdir "$WORK" 2>/dev/null || exit 0 # another one is at it
mkdir "$WORK/mnt"
tries=0
until write_log 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 0
  sleep 1
done
echo "modscout: this boot is told in modscout-boot.log on the loader's first partition"
: >"$WORK/written"
sleep 30
write_log 2>/dev/null
