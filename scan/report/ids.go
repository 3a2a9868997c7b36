package report

import (
	"strconv"
	"strings"
)

// HexID returns a hexadecimal number, with or without 0x and in either case, as
// lspci prints ids: lower case, of that many digits (8 at most). It returns ""
// where text is no such number or has more digits.
func HexID(text string, digits int) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(text), "0x"), 16, 32)
	if err != nil || n >= 1<<(4*digits) {
		return ""
	}
	id := strconv.FormatUint(n, 16)
	return strings.Repeat("0", digits-len(id)) + id
}

// USBClass returns class, subclass and protocol as a report has them, "ffff00",
// from the "255/255/0" of TYPE and INTERFACE in uevents of USB (the kernel's
// drivers/usb/core/driver.c and message.c); "" where text is no such thing.
func USBClass(text string) string {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return ""
	}
	var class string
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return ""
		}
		class += HexID(strconv.FormatUint(n, 16), 2)
	}
	return class
}
