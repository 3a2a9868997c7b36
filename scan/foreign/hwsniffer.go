package foreign

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/scan/report"
)

// The Report.json of Hardware-Sniffer (lzhoang2801/Hardware-Sniffer): sections of
// named devices, "Device ID": "8086-15F3" and "Subsystem ID", device first. The
// names are Windows' own, in its language, and are not needed.
type snifferDevice struct {
	Bus       string `json:"Bus Type"`
	ID        string `json:"Device ID"`
	Subsystem string `json:"Subsystem ID"`
}

var (
	snifferID        = pattern(`(?i)^([0-9a-f]{4})-([0-9a-f]{4})$`)
	snifferSubsystem = pattern(`(?i)^([0-9a-f]{4})([0-9a-f]{4})$`)
)

// snifferBuses are the kinds of buses that count; a graphics card has none given.
var snifferBuses = map[string]string{"": "pci", "PCI": "pci", "USB": "usb"}

func readSniffer(m *merger, data []byte) error {
	var sections map[string]jsontext.Value
	if err := unmarshal(data, &sections); err != nil {
		return err
	}
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		var devices map[string]jsontext.Value
		if unmarshal(sections[section], &devices) != nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(devices)) {
			var device snifferDevice
			if unmarshal(devices[name], &device) != nil {
				continue // a fact, no device
			}
			if d, ok := device.found(); ok {
				m.add(d)
			}
		}
	}
	return nil
}

func (s *snifferDevice) found() (found, bool) {
	id := snifferID().FindStringSubmatch(s.ID)
	bus := snifferBuses[strings.ToUpper(s.Bus)]
	if id == nil || bus == "" {
		return found{}, false
	}
	d := found{Device: report.Device{Bus: bus, VendorID: lower(id[1]), DeviceID: lower(id[2])}}
	if sub := snifferSubsystem().FindStringSubmatch(s.Subsystem); sub != nil && bus == "pci" {
		d.SetSubsystem(lower(sub[2]), lower(sub[1]))
	}
	return d, true
}
