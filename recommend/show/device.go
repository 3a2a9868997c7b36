package show

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// finder looks devices up by id. One that the report lacks has nothing but its
// id.
func finder(r *report.Report) func(id string) *report.Device {
	byID := map[string]*report.Device{}
	for i := range r.Devices {
		byID[r.Devices[i].ID] = &r.Devices[i]
	}
	return func(id string) *report.Device {
		if d, found := byID[id]; found {
			return d
		}
		bus, _, _ := strings.Cut(id, ":")
		return &report.Device{ID: id, Bus: bus}
	}
}

// ids returns "vvvv:dddd", or what else names the device shortest.
func ids(d *report.Device) string {
	if d.VendorID != "" && d.DeviceID != "" {
		return d.VendorID + ":" + d.DeviceID
	}
	return d.ID
}

// label is a device's ids and its name, as short as fits beside others.
func label(d *report.Device) string {
	const most = 60
	if id := ids(d); id != d.ID {
		return clip(ascii(id+" "+name(d)), most)
	}
	return clip(ascii(d.ID), most)
}

// name returns what people call the device: the vendor's short name and its
// own, else its class.
func name(d *report.Device) string {
	own := cmp.Or(d.Device, d.Subsystem)
	if own == "" {
		return cmp.Or(d.ClassName, kind(d))
	}
	if maker := maker(d.Vendor); !strings.HasPrefix(own, maker) {
		return maker + " " + own
	}
	return own
}

// maker turns a vendor of pci.ids into what people call it: "Realtek
// Semiconductor Co., Ltd." is Realtek, "Advanced Micro Devices, Inc. [AMD]" is
// AMD.
func maker(vendor string) string {
	if _, alias, found := strings.Cut(vendor, "["); found {
		alias, _, _ = strings.Cut(alias, "]")
		alias, _, _ = strings.Cut(alias, "/")
		return alias
	}
	var words []string
	for word := range strings.FieldsSeq(vendor) {
		bare := strings.TrimRight(word, ",.")
		if slices.Contains(companyWords, bare) {
			break
		}
		if words = append(words, bare); bare != word {
			break
		}
	}
	return strings.Join(words, " ")
}

// companyWords end the name that people use.
var companyWords = []string{"AG", "Co", "Corp", "Corporation", "Electronics", "GmbH", "Inc", "International",
	"Limited", "Ltd", "Semiconductor", "Semiconductors", "Systems", "Technologies", "Technology", "/"}

// kinds are the groups that people look for, by PCI class.
var kinds = []struct{ class, word string }{
	{"0106", "SATA"}, {"0107", "SAS"}, {"0108", "NVMe"}, {"0104", "RAID"}, {"01", "storage"},
	{"0200", "Ethernet"}, {"0280", "Wi-Fi"}, {"02", "network"}, {"0d", "wireless"},
	{"0c03", "USB host"}, {"03", "graphics"}, {"04", "sound"},
}

// kind is a word for what the device does, or its bus.
func kind(d *report.Device) string {
	for _, k := range kinds {
		if d.Bus == "pci" && strings.HasPrefix(d.Class, k.class) {
			return k.word
		}
	}
	return d.Bus + " device"
}

// words says a verdict as interface.md promises it.
func words(d *plan.Device, date string) string {
	switch d.Verdict {
	case plan.Base:
		return "built in"
	case plan.ByModule:
		switch {
		case strings.HasPrefix(d.Extension, "linux:"):
			return "in the kernel package"
		case isPack(d.Extension):
			return "in the pack"
		}
		return "add " + d.Extension
	case plan.Missing:
		return "NO DRIVER in data of " + date
	case plan.Blocked:
		return "CHANGE SETTING"
	case plan.Inert:
		return "needs none"
	}
	return "not identified"
}

// doubt marks what is not certain: "~" inferred, "?" the report lacks a field.
func doubt(certainty string) string {
	switch certainty {
	case plan.Assumed:
		return "~"
	case plan.Possible:
		return "?"
	}
	return " "
}
