# TCRP's way of finding modules, made anew: vendor and device, as lspci -n has
# them, searched as a piece of text in a JSON list of aliases.
#	sh tcrp.sh JSON FILE
# FILE has a modalias a line. It prints "MODALIAS<TAB>module module...".
while read -r alias; do
	id=$(echo "$alias" | sed -n 's/^pci:v0000\(....\)d0000\(....\).*/\1d0000\2/p')
	modules=$(jq -r --arg id "$id" '.modules[] | select(.alias | contains($id)) | .name' "$1" | sort -u)
	printf '%s\t%s\n' "$alias" "$(echo $modules)"
done <"$2"
