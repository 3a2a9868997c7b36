package names

import (
	"slices"
	"strings"
)

// Named returns the ids ("8086:15f3") of the PCI devices that lspci prints as
// name, vendor and device together, sorted. Vendors reuse names, so there may be
// several; and other versions of pci.ids have other names, so there may be none.
func (db *DB) Named(name string) []string {
	list := db.pci.root()
	name = plain(name)
	var ids []string
	for i := range name {
		if name[i] != ' ' {
			continue
		}
		for _, vendor := range list.named(name[:i]) {
			for _, device := range list.at(vendor).named(name[i+1:]) {
				ids = append(ids, vendor+":"+device)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// plain is a name as far as versions of the list agree on it.
func plain(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// named returns the ids of the vendors, or devices, below e that have a plain
// name. Those of all are worked out when one is first asked for.
func (e *entry) named(name string) []string {
	if e == nil {
		return nil
	}
	e.invert.Do(func() {
		e.ids = map[string][]string{}
		for id, below := range e.all() {
			if strings.HasPrefix(id, "C ") {
				continue // a class
			}
			name := plain(below.name())
			e.ids[name] = append(e.ids[name], id)
		}
	})
	return e.ids[name]
}
