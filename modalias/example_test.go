package modalias_test

import (
	"fmt"
	"log"
	"testing/fstest"

	"github.com/modscout/modscout/modalias"
)

// What a modprobe in Go needs: sysfs goes in, the modules come out in the order
// in which to load them. Package ko makes such a platform of
// /lib/modules/VERSION: ko.ReadTree(dir), then its Platform method.
func Example() {
	sysfs := fstest.MapFS{ // os.DirFS("/sys")
		"bus/pci/devices/0000:01:00.0/modalias": {Data: []byte("pci:v0000144Dd0000A808sv0000144Dsd0000A801bc01sc08i02\n")},
		"bus/pci/devices/0000:02:00.0/modalias": {Data: []byte("pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00\n")},
		"bus/usb/devices/1-3:1.0/uevent":        {Data: []byte("DEVTYPE=usb_interface\nMODALIAS=usb:v0BDAp8156d3104dc00dsc00dp00icFFiscFFip00in00\n")},
	}
	platform := modalias.Platform{ID: "linux:6.1", Modules: []modalias.Module{
		{Name: "igc", Depends: []string{"ptp"}, Aliases: []string{"pci:v00008086d000015F3sv*sd*bc*sc*i*"}},
		{Name: "mii"},
		{Name: "nvme", Depends: []string{"nvme_core"}, Aliases: []string{"pci:v*d*sv*sd*bc01sc08i02*"}},
		{Name: "nvme_core"},
		{Name: "pps_core"},
		{Name: "ptp", Depends: []string{"pps_core"}},
		{Name: "r8152", Depends: []string{"mii"}, SoftPre: []string{"r8153_ecm"}, Aliases: []string{"usb:v0BDAp8156d*dc*dsc*dp*icFFisc*ip*in*"}},
		{Name: "r8153_ecm", Depends: []string{"mii"}},
	}}
	table := modalias.NewTable([]modalias.Platform{platform})

	devices, err := modalias.Devices(sysfs)
	if err != nil {
		log.Fatal(err)
	}
	var names []string
	for _, device := range devices {
		for _, claim := range table.Lookup(device) {
			names = append(names, claim.Name)
		}
	}
	for _, module := range platform.LoadOrder(names...) {
		fmt.Println(module.Name)
	}
	// Output:
	// nvme_core
	// nvme
	// pps_core
	// ptp
	// igc
	// mii
	// r8153_ecm
	// r8152
}

func ExampleParse() {
	alias, err := modalias.Parse("usb:v0421p0001d01[0-9]*dc*dsc*dp*ic08isc*ip*in*")
	if err != nil {
		log.Fatal(err)
	}
	for _, field := range alias.Fields {
		if !field.IsAny() {
			fmt.Println(alias.Bus, field.Name, field.Value)
		}
	}
	// Output:
	// usb idVendor 0421
	// usb idProduct 0001
	// usb bcdDevice 01[0-9]*
	// usb bInterfaceClass 08
}

func ExampleKey() {
	key, err := modalias.Key("hid", map[string]string{"bus": "3", "group": "1", "vendor": "46d", "product": "c077"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key)
	// Output: hid:b0003g0001v0000046Dp0000C077
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
