package modalias

import "strings"

// Kind says how narrowly a pattern names what it drives.
type Kind uint8

// The kinds, the narrowest first.
const (
	Exact     Kind = iota // by ids
	ClassWide             // by class alone: every AHCI controller, every USB host of one kind
	Wild                  // nearly everything on a bus
)

// KindOf classifies a pattern. For PCI and USB it looks at the id fields: a
// pattern that leaves vendor or device open is class-wide where it names a
// class and wild otherwise. Patterns of other buses are exact unless they end
// at the bus.
//
// It reads no more of the pattern than it must, and not by [Parse], because a
// lookup asks for every hit.
func KindOf(pattern string) Kind {
	bus, rest, _ := strings.Cut(pattern, ":")
	fixed, class := strings.Trim(rest, "*?") != "", ""
	switch bus {
	case "pci":
		fixed, class = ids(rest, "v", "d", "sv"), after(rest, "bc")
	case "usb":
		fixed, class = ids(rest, "v", "p", "d"), after(rest, "dc")
	}
	switch {
	case fixed:
		return Exact
	case strings.ContainsAny(class, "0123456789ABCDEF"):
		return ClassWide
	}
	return Wild
}

// ids says whether the fields called vendor and device hold a value; next is
// the name of the field behind them.
func ids(rest, vendor, device, next string) bool {
	_, rest, _ = strings.Cut(rest, vendor)
	v, rest, _ := strings.Cut(rest, device)
	d, _, _ := strings.Cut(rest, next)
	return !strings.HasPrefix(v, "*") && v != "" && !strings.HasPrefix(d, "*") && d != ""
}

// after returns what follows the first field of this name.
func after(rest, field string) string {
	_, value, _ := strings.Cut(rest, field)
	return value
}
