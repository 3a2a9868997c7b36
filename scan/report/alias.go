package report

// SetIDs sets the ids and classes of a PCI, USB or virtio device from the fields
// of its modalias, and says whether all of them were there. The function value
// returns a field by the name that package modalias gives it; what is no number,
// as in a driver's pattern, is left out.
func (d *Device) SetIDs(value func(field string) string) (all bool) {
	id := func(field string) string { return HexID(value(field), 4) }
	switch d.Bus {
	case "pci":
		d.VendorID, d.DeviceID = id("vendor"), id("device")
		d.SetSubsystem(id("subvendor"), id("subdevice"))
		d.Class = joinClass(value, "baseclass", "subclass", "interface")
		return d.VendorID != "" && d.DeviceID != "" && len(d.Class) == 6
	case "usb":
		d.VendorID, d.DeviceID, d.Revision = id("idVendor"), id("idProduct"), id("bcdDevice")
		d.Class = joinClass(value, "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol")
		d.Interface = joinClass(value, "bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
		return d.VendorID != "" && d.DeviceID != "" && d.Revision != "" && len(d.Class) == 6 && len(d.Interface) == 6
	case "virtio":
		d.VendorID, d.DeviceID = id("vendor"), id("device")
		return d.VendorID != "" && d.DeviceID != ""
	}
	return false
}

// SetSubsystem sets the subsystem of a PCI function, if it has one: of vendor
// 0000 there is none, as of all bridges.
func (d *Device) SetSubsystem(vendor, device string) {
	if vendor != "" && vendor != "0000" {
		d.SubvendorID, d.SubdeviceID = vendor, device
	}
}

// joinClass joins the bytes of a class up to the first that is missing.
func joinClass(value func(field string) string, fields ...string) string {
	class := ""
	for _, field := range fields {
		digits := HexID(value(field), 2)
		if digits == "" {
			break
		}
		class += digits
	}
	return class
}
