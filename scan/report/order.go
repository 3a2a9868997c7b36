package report

import (
	"cmp"
	"strings"
)

// busOrder ranks the buses that matter most to a reader; all others follow by
// name.
var busOrder = map[string]int{"pci": 1, "usb": 2, "virtio": 3}

// CompareID orders device IDs as people count: first by bus (pci, usb, virtio,
// then the others by name), then by address, with each run of digits compared as a
// number outside PCI. It returns a negative number, 0 or a positive number, as [cmp.Compare].
func CompareID(a, b string) int {
	busA, addressA, _ := strings.Cut(a, ":")
	busB, addressB, _ := strings.Cut(b, ":")
	return cmp.Or(
		cmp.Compare(busRank(busA), busRank(busB)),
		cmp.Compare(busA, busB),
		compareAddress(busA, addressA, addressB),
		cmp.Compare(a, b),
	)
}

func busRank(bus string) int {
	if rank := busOrder[bus]; rank > 0 {
		return rank
	}
	return len(busOrder) + 1
}

// compareAddress compares two addresses on one bus.
func compareAddress(bus, a, b string) int {
	switch {
	case hasAddress(a) != hasAddress(b):
		return addressFirst(a)
	case !hasAddress(a):
		return compareInput(a, b)
	case bus == "pci":
		return comparePCI(a, b)
	}
	return compareParts(a, b)
}

// hasAddress tells an address from the "8086:15f3#1" of a device without one.
func hasAddress(address string) bool { return !strings.Contains(address, "#") }

func addressFirst(a string) int {
	if hasAddress(a) {
		return -1
	}
	return 1
}

// compareInput keeps bare ids in the order of the input, which stands after '#'.
func compareInput(a, b string) int {
	_, orderA, _ := strings.Cut(a, "#")
	_, orderB, _ := strings.Cut(b, "#")
	return compareNatural(orderA, orderB)
}

// comparePCI puts long domains last: VMD's have five digits and more, and
// follow 0000 to ffff. All else has fixed width.
func comparePCI(a, b string) int {
	domainA, _, _ := strings.Cut(a, ":")
	domainB, _, _ := strings.Cut(b, ":")
	return cmp.Or(cmp.Compare(len(domainA), len(domainB)), cmp.Compare(a, b))
}

// compareParts compares what stands before the colon first, so that a USB
// device's interfaces come before the devices behind it: "1-2:1.0" < "1-2.1:1.0".
func compareParts(a, b string) int {
	deviceA, restA, _ := strings.Cut(a, ":")
	deviceB, restB, _ := strings.Cut(b, ":")
	return cmp.Or(compareNatural(deviceA, deviceB), compareNatural(restA, restB))
}

// compareNatural compares strings in which runs of decimal digits are numbers:
// "1-2" < "1-10".
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		numberA, restA := leadingDigits(a)
		numberB, restB := leadingDigits(b)
		if numberA == "" || numberB == "" {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		numberA, numberB = strings.TrimLeft(numberA, "0"), strings.TrimLeft(numberB, "0")
		if c := cmp.Or(cmp.Compare(len(numberA), len(numberB)), cmp.Compare(numberA, numberB)); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) (digits, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}
