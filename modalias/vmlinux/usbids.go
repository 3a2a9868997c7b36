package vmlinux

import "fmt"

// What counts in a struct usb_device_id (include/linux/mod_devicetable.h).
const (
	usbVendor = 1 << iota
	usbProduct
	usbFrom
	usbTo
	usbDeviceClass
	usbDeviceSubclass
	usbDeviceProtocol
	usbClass
	usbSubclass
	usbProtocol
	usbNumber
	usbFlagsEnd
)

// usbForm is an array of struct usb_device_id, since interface numbers came
// with Linux 3.7.
var usbForm = &tableForm{size: 32, end: usbEnd, alias: usbAlias}

// usbEnd is what usb_match_id stops at (drivers/usb/core/driver.c).
func usbEnd(b []byte) bool {
	return le.Uint16(b[2:]) == 0 && le.Uint16(b[4:]) == 0 && b[10] == 0 && b[13] == 0 && le.Uint64(b[24:]) == 0
}

// usbAlias is do_usb_entry_multi of file2alias.c: one pattern for each part of
// the range of bcdDevice. Empty slots, which drivers fill when they are loaded,
// have none.
func usbAlias(b []byte) ([]string, bool) {
	flags := uint32(le.Uint16(b))
	if flags >= usbFlagsEnd {
		return nil, false
	}
	vendor, product := uint32(le.Uint16(b[2:])), uint32(le.Uint16(b[4:]))
	if vendor == 0 && product == 0 && b[10] == 0 && b[13] == 0 {
		return nil, true
	}
	head := "usb:v" + field(vendor, 4, flags&usbVendor != 0) + "p" + field(product, 4, flags&usbProduct != 0) + "d"
	tail := ""
	for i, name := range []string{"dc", "dsc", "dp", "ic", "isc", "ip", "in"} {
		tail += name + field(uint32(b[10+i]), 2, flags&(usbDeviceClass<<i) != 0)
	}
	from, to := 0, 0xffff
	if flags&usbFrom != 0 {
		from = int(le.Uint16(b[6:]))
	}
	if flags&usbTo != 0 {
		to = int(le.Uint16(b[8:]))
	}
	var aliases []string
	for _, part := range bcdRange(from, to) {
		aliases = append(aliases, open(head+part+tail))
	}
	return aliases, true
}

// bcdRange returns the patterns that together match the four digits of every
// number from one to another: numbers in decimal digits where both ends are
// such, as bcdDevice should be, else hexadecimal ones.
func bcdRange(from, to int) []string {
	base := 16
	if isBCD(from) && isBCD(min(to, 0x9999)) {
		base, to = 10, min(to, 0x9999)
	}
	low, high := inBase(from, base), inBase(to, base)
	var parts []string
	for digits := 3; low <= high; digits-- {
		first, last := low%base, high%base
		low, high = low/base, high/base
		if low == high || digits == 0 {
			return append(parts, digitRange(low, digits, first, last, base))
		}
		if first > 0 {
			parts = append(parts, digitRange(low, digits, first, base-1, base))
			low++
		}
		if last < base-1 {
			parts = append(parts, digitRange(high, digits, 0, last, base))
			high--
		}
	}
	return parts
}

func isBCD(n int) bool {
	for ; n > 0; n >>= 4 {
		if n&15 > 9 {
			return false
		}
	}
	return true
}

// inBase reads the hexadecimal digits of a number as those of a base.
func inBase(n, base int) int {
	value := 0
	for shift := 12; shift >= 0; shift -= 4 {
		value = value*base + n>>shift&15
	}
	return value
}

// digitRange is the pattern of numbers that begin with some digits and go on
// with one of a range.
func digitRange(prefix, digits, first, last, base int) string {
	text := ""
	if digits > 0 {
		format := "%0*d"
		if base == 16 {
			format = "%0*X"
		}
		text = fmt.Sprintf(format, digits, prefix)
	}
	switch {
	case first == last:
		text += fmt.Sprintf("%X", first)
	case first == 0 && last == base-1: // any
	case first > 9 || last < 10:
		text += fmt.Sprintf("[%X-%X]", first, last)
	default:
		text += "[" + span(first, 9) + span(10, last) + "]"
	}
	if digits < 3 {
		text += "*"
	}
	return text
}

// span is a range inside of brackets.
func span(first, last int) string {
	if first == last {
		return fmt.Sprintf("%X", first)
	}
	return fmt.Sprintf("%X-%X", first, last)
}
