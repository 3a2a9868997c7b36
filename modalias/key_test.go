package modalias

import (
	"strings"
	"testing"
)

// The keys are those that Linux showed for these devices.
func TestKeys(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{PCIKey("8086", "15f3", "1043", "87d2", "020000"), "pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00"},
		{PCIKey("8086", "2922", "1af4", "1100", "0106"), "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i??"},
		{PCIKey("10ec", "8168", "", "", ""), "pci:v000010ECd00008168sv????????sd????????bc??sc??i??"},
		{USBKey("0bda", "8156", "3104", "000000", "ffffff", "00"), "usb:v0BDAp8156d3104dc00dsc00dp00icFFiscFFipFFin00"},
		{USBKey("1d6b", "0002", "", "09", "", ""), "usb:v1D6Bp0002d????dc09dsc??dp??ic??isc??ip??in??"},
	} {
		if got := strings.ReplaceAll(test.got, string(rune(Unknown)), "?"); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
