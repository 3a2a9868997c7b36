package foreign

import (
	"fmt"
	"strings"
)

// warnNamed counts the devices that are known by name only, and says which ids
// their names belong to. Names are no proof: a recommendation rests on ids.
func (m *merger) warnNamed() {
	count := 0
	var hints []string
	for _, id := range m.named {
		at, found := m.index[id]
		if !found || m.rep.Devices[at].VendorID != "" {
			continue
		}
		count++
		d := &m.rep.Devices[at]
		if ids := m.opts.Names.Named(d.Vendor + " " + d.Device); len(ids) == 1 && len(hints) < maxHints {
			hints = append(hints, strings.TrimPrefix(id, "pci:0000:")+" "+ids[0])
		}
	}
	if count == 0 {
		return
	}
	m.rep.Warn("names-only", "", fmt.Sprintf("known by name only, which decides nothing: %d of %d devices; lspci -nn prints ids", count, len(m.rep.Devices)))
	if len(hints) > 0 {
		m.rep.Warn("name-hints", "", "by their names these may be: "+strings.Join(hints, ", "))
	}
}

// maxHints is how many hints a person reads.
const maxHints = 64
