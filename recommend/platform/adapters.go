package platform

import "github.com/modscout/modscout/scan/report"

var adapters = mustLoad[[]struct {
	Vendor  string `json:"vendor"`
	Product string `json:"product"`
	Name    string `json:"name"`
}]("adapters.json")

// vendorSpecific is the class of the interface that these chips offer to their own
// drivers.
const vendorSpecific = "ffff00"

// USBAdapters returns network adapters for USB that shops have, the most common
// ones first, as devices of a report: the chip's ids (linux-usb.org usb.ids;
// drivers/net/usb/{r8152,ax88179_178a,asix_devices}.c) and its name.
func USBAdapters() []report.Device {
	var list []report.Device
	for _, a := range adapters() {
		list = append(list, report.Device{ID: "usb:" + a.Vendor + ":" + a.Product, Bus: "usb",
			VendorID: a.Vendor, DeviceID: a.Product, Interface: vendorSpecific, Device: a.Name})
	}
	return list
}
