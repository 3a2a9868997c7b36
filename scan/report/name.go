package report

// Namer knows the names of ids; "" where it does not. Package names has one.
type Namer interface {
	Vendor(vendor string) string
	Device(vendor, device string) string
	Subsystem(vendor, device, subvendor, subdevice string) string
	Class(class string) string

	USBVendor(vendor string) string
	USBProduct(vendor, product string) string
	USBClass(class string) string
}

// SetNames fills the names that d lacks, by its ids. Names from the source are
// kept: they may be newer than the list.
func (d *Device) SetNames(n Namer) {
	switch d.Bus {
	case "pci":
		setName(&d.Vendor, n.Vendor(d.VendorID))
		setName(&d.Device, n.Device(d.VendorID, d.DeviceID))
		setName(&d.Subsystem, n.Subsystem(d.VendorID, d.DeviceID, d.SubvendorID, d.SubdeviceID))
		setName(&d.ClassName, n.Class(d.Class))
	case "usb":
		setName(&d.Vendor, n.USBVendor(d.VendorID))
		setName(&d.Device, n.USBProduct(d.VendorID, d.DeviceID))
		class := d.Interface
		if class == "" {
			class = d.Class
		}
		setName(&d.ClassName, n.USBClass(class))
	case "virtio":
		setName(&d.Device, virtioNames[d.DeviceID])
	case "vmbus", "xen", "scsi":
		for _, key := range d.Modaliases {
			setName(&d.Device, modaliasNames[key])
		}
	}
}

func setName(name *string, found string) {
	if *name == "" {
		*name = found
	}
}

// virtioNames are the device types that a PC meets (OASIS virtio 1.2, section 5).
var virtioNames = map[string]string{
	"0001": "Virtio network card",
	"0002": "Virtio block device",
	"0003": "Virtio console",
	"0004": "Virtio entropy source",
	"0005": "Virtio memory balloon",
	"0008": "Virtio SCSI host",
	"0009": "Virtio 9P transport",
	"0010": "Virtio GPU",
	"0012": "Virtio input device",
	"0013": "Virtio socket",
	"0019": "Virtio sound card",
	"001a": "Virtio file system",
}

// modaliasNames are of devices that have no ids: those of virtual machines
// (include/linux/hyperv.h, in the byte order of scripts/mod/file2alias.c;
// drivers/xen/xenbus) and the types of SCSI devices (include/scsi/scsi_proto.h).
var modaliasNames = map[string]string{
	"vmbus:635161f83edfc546913ff2d2f965ed0e": "Hyper-V network card",
	"vmbus:d96361baa104294db60572e2ffb1dc7f": "Hyper-V SCSI host",
	"vmbus:32264132cb86a2449b5c50d1417354f5": "Hyper-V IDE host",
	"vmbus:4acc9b2f6900f34ab76b6fd0be528cda": "Hyper-V Fibre Channel host",
	"vmbus:02780ada77e3ac4a8e770558eb1073f8": "Hyper-V display",
	"xen:vif":                                "Xen network card",
	"xen:vbd":                                "Xen disk",
	"scsi:t-0x00":                            "SCSI disk",
	"scsi:t-0x01":                            "SCSI tape drive",
	"scsi:t-0x05":                            "SCSI optical drive",
	"scsi:t-0x0d":                            "SCSI enclosure",
}
