# What RR does to find the modules of the machine that it runs on, made anew
# from RROrg/rr at e83ec2b5, files/initrd/opt/rr/include/modules.sh
# (getLoadedModules, getdepends, unpackModules):
#
#   the pack is unpacked into a tree, depmod indexes it, every modalias below
#   /sys/devices goes through modprobe one by one; then for each module that
#   was named the pack is unpacked anew, and modinfo is followed from file to
#   file for what it depends on.
#
#	sh rr.sh SYSROOT PACK RELEASE TMP
#
# SYSROOT holds sys; PACK is a tar.gz of NAME.ko files, as RR ships one for each
# platform. It prints a module a line, each once.
sysroot=$1 pack=$2 release=$3 tmp=$4

unpack() {
	rm -rf "$1"
	mkdir -p "$1"
	tar -zxf "$pack" -C "$1"
}

# A module whose name differs from its file's (via_rhine of via-rhine.ko) has no
# dependencies here, as in RR.
dependencies() {
	test -f "$tmp/modules/$1.ko" || return
	for module in $(modinfo -F depends "$tmp/modules/$1.ko" 2>/dev/null | tr , ' '); do
		echo "$module"
		dependencies "$module"
	done
}

tree=$tmp/lib/modules/$release
unpack "$tree"
depmod -a -b "$tmp" "$release"
found=$(find "$sysroot/sys/devices" -name modalias -exec cat {} \; | while read -r modalias; do
	modprobe -d "$tmp" -S "$release" --resolve-alias "$modalias" 2>/dev/null
done | sort -u)
rm -rf "$tree"

for module in $found; do
	unpack "$tmp/modules"
	dependencies "$module" | sort -u
	echo "$module"
	rm -rf "$tmp/modules"
done | sort -u
