package modalias_test

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// What a modprobe in Go needs: the modalias that sysfs shows goes in, the
// modules come out in the order in which to load them. Package ko fills such a
// table from /lib/modules/VERSION.
func Example() {
	platform := modalias.Platform{ID: "linux:6.1", Modules: []modalias.Module{
		{Name: "igc", Depends: []string{"ptp"}, Aliases: []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*"}},
		{Name: "ptp", Depends: []string{"pps_core"}},
		{Name: "pps_core"},
	}}
	table := modalias.NewTable([]modalias.Platform{platform})

	sysfs := "pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00\n" // of /sys/bus/pci/devices/*/modalias
	for _, claim := range table.Lookup(strings.TrimSuffix(sysfs, "\n")) {
		for _, module := range platform.LoadOrder(claim.Name) {
			fmt.Println(module.Name)
		}
	}
	// Output:
	// pps_core
	// ptp
	// igc
}

// A device that is known only as "8086:2922" matches what it could match.
func ExamplePCIKey() {
	key := modalias.PCIKey("8086", "2922", "", "", "")
	fmt.Println(modalias.Match("pci:v00008086d00002922sv*sd*bc*sc*i*", key))
	fmt.Println(modalias.Match("pci:v*d*sv*sd*bc01sc06i01*", key))
	fmt.Println(modalias.Match("pci:v00008086d000015F3sv*sd*bc*sc*i*", key))
	// Output:
	// certain
	// possible
	// no
}

func ExampleIndex() {
	index := modalias.NewIndex([]string{"pci:v*d*sv*sd*bc0Csc03i30*", "acpi*:PNP0A08:*", "usb:v0BDAp8156d*"})
	for _, hit := range index.Lookup("acpi:PNP0A08:PNP0A03:") {
		fmt.Println(hit.Pattern, hit.Verdict)
	}
	// Output:
	// 1 certain
}
