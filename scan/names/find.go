package names

import (
	"slices"
	"strings"
)

// Named returns the ids ("8086:15f3") of the PCI devices that lspci prints as
// name, vendor and device together, sorted. Vendors reuse names, so there may be
// several; and other versions of pci.ids have other names, so there may be none.
func (db *DB) Named(name string) []string {
	return db.byName()[plain(name)]
}

// plain is a name as far as versions of the list agree on it.
func plain(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// invert maps the names of devices to their ids.
func invert(pci *entry) map[string][]string {
	ids := map[string][]string{}
	for vendor, of := range pci.all() {
		if strings.HasPrefix(vendor, "C ") {
			continue // a class
		}
		for device, e := range of.all() {
			name := plain(of.name() + " " + e.name())
			ids[name] = append(ids[name], vendor+":"+device)
		}
	}
	for _, list := range ids {
		slices.Sort(list)
	}
	return ids
}
