# RR's way of finding modules, made anew: the aliases of all devices, one after
# the other, through modprobe; then modinfo of each module, for what it needs.
#	sh rr.sh BASE RELEASE FILE
# FILE has a modalias a line. It prints "MODALIAS<TAB>module module...".
base=$1 release=$2
while read -r alias; do
	modules=$(modprobe -d "$base" -S "$release" -R "$alias" 2>/dev/null)
	for module in $modules; do
		modinfo -b "$base" -k "$release" -F depends "$module" >/dev/null 2>&1
	done
	printf '%s\t%s\n' "$alias" "$(echo $modules)"
done <"$3"
