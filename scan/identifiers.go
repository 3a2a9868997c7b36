package scan

import "slices"

// identifier reads an attribute that tells a device or the machine from all
// others. Unless the user asked for it, it is not even opened.
func (s *scanner) identifier(name ...string) string {
	if !s.opts.Identifiers {
		return ""
	}
	return s.text(name...)
}

// identify adds an identifier to a device, if there is one and it was asked
// for.
func (s *scanner) identify(d *device, kind, value string) {
	if !s.opts.Identifiers || value == "" || slices.Contains(d.Identifiers[kind], value) {
		return
	}
	if d.Identifiers == nil {
		d.Identifiers = map[string][]string{}
	}
	d.Identifiers[kind] = append(d.Identifiers[kind], value)
}

// identifyDisk adds what tells a disk from all others to the controller that it
// hangs on: virtio's disks have a serial number themselves, those of NVMe on
// their controller, and those of SCSI a world wide id.
func (s *scanner) identifyDisk(d *device, dir string) {
	for _, serial := range []string{"serial", "device/serial"} {
		s.identify(d, "serial", s.identifier(dir, serial))
	}
	for _, wwid := range []string{"wwid", "device/wwid"} {
		s.identify(d, "wwid", s.identifier(dir, wwid))
	}
}

// machineIdentifiers are the files that tell one machine from all others, most
// of them readable by root only.
var machineIdentifiers = map[string]string{
	"product_serial":    "sys/class/dmi/id/product_serial",
	"product_uuid":      "sys/class/dmi/id/product_uuid",
	"board_serial":      "sys/class/dmi/id/board_serial",
	"board_asset_tag":   "sys/class/dmi/id/board_asset_tag",
	"chassis_serial":    "sys/class/dmi/id/chassis_serial",
	"chassis_asset_tag": "sys/class/dmi/id/chassis_asset_tag",
	"hostname":          "proc/sys/kernel/hostname",
}

// identifyMachine reads them.
func (s *scanner) identifyMachine() map[string]string {
	found := map[string]string{}
	for kind, file := range machineIdentifiers {
		if value := s.identifier(file); value != "" {
			found[kind] = value
		}
	}
	return found
}
