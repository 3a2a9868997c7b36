# What TCRP does to find the modules and extensions of the machine that it runs
# on, made anew from pocopico/tinycore-redpill at e8557547, rploader.sh
# (listmodules, listpci, matchpciidmodule, listextension); PeterSuh-Q3's fork
# has the same functions:
#
#   jq checks a list of aliases in JSON; each line of lspci -n is cut at fixed
#   columns; for eight classes of devices vendor and device, in capitals, are
#   searched as a piece of text in the aliases, and the first module that this
#   gives as the end of an id in the index of extensions.
#
#	sh tcrp.sh SYSROOT ALIASES INDEX
#
# It prints a line for each device of those classes: its slot, a tab, the modules
# by name, a tab, the extension's URL.
sysroot=$1 aliases=$2 index=$3

jq . "$aliases" >/dev/null || exit 1
lspci -A linux-sysfs -O sysfs.path="$sysroot/sys/bus/pci" -n | while read -r line; do
	slot=$(echo "$line" | cut -c 1-7)
	class=$(echo "$line" | cut -c 9-12)
	vendor=$(echo "$line" | cut -c 15-18)
	device=$(echo "$line" | cut -c 20-23)
	case $class in
	0100 | 0101 | 0104 | 0106 | 0107 | 0200 | 0300 | 0c04) ;;
	*) continue ;;
	esac
	vendor=$(echo "$vendor" | sed 's/[a-z]/\U&/g')
	device=$(echo "$device" | sed 's/[a-z]/\U&/g')
	modules=$(jq -r --arg id "${vendor}d0000$device" '.modules[] | select(.alias | contains($id)) | .name' "$aliases")
	url=
	set -- $modules
	if test -n "$1"; then
		url=$(jq -r --arg name "$1" 'select(.id | endswith($name)) | .url' "$index")
	fi
	printf '%s\t%s\t%s\n' "$slot" "$(echo $modules)" "$(echo $url)"
done
