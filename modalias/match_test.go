package modalias

import (
	"slices"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, key string
		want         Verdict
	}{
		{"pci:v00008086d000015F3sv*sd*bc*sc*i*", "pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00", Certain},
		{"pci:v00008086d000015F3sv*sd*bc*sc*i*", "pci:v00008086d000015f3sv00001043sd000087D2bc02sc00i00", No},
		{"pci:v00008086d000015F3sv*sd*bc*sc*i*", PCIKey("8086", "15f3", "", "", ""), Certain},
		{"pci:v*d*sv*sd*bc01sc06i01*", PCIKey("8086", "15f3", "", "", ""), Possible},
		{"pci:v*d*sv*sd*bc01sc06i01*", PCIKey("8086", "2922", "", "", "0106"), Possible},
		{"pci:v*d*sv*sd*bc01sc06i01*", PCIKey("8086", "2922", "", "", "010601"), Certain},
		{"pci:v*d*sv*sd*bc01sc06i01*", PCIKey("8086", "2922", "", "", "0104"), No},
		{"pci:v*d*sv*sd*bc01sc06i01*", PCIKey("10ec", "8168", "", "", "02"), No}, // "bc01" is not in an unknown subsystem
		{"usb:v0BDAp8156d[0-9A-F]*", USBKey("0bda", "8156", "", "", "", ""), Certain},
		{"usb:v0BDAp8156d[!0-9A-F]*", USBKey("0bda", "8156", "", "", "", ""), No},
		{"vfio_pci:v*d*sv*sd*bc*sc*i*", "pci:v00008086d00002922sv0sd0bc01sc06i01", No},
		{"dmi:*:bd[0-9]*/2012:*", "dmi:bvn:bd05/06/2012:svn", Certain},
		{"platform:a-b", "platform:a_b", Certain},
		{"usb:v0BDAp8156d[0-3]*", "usb:v0BDAp8156d3104dc00", Certain},
		{"usb:v0BDAp8156d[0-3]*", USBKey("0bda", "8156", "", "", "", ""), Possible},
		{"x[a-c]y", "xby", Certain},
		{"x[a_c]y", "x-y", Certain}, // '_' in brackets meets a '-' that became '_'
		{"x[a-c]y", "x-y", No},
		{"x[!a-c]y", "xdy", Certain},
		{"x[y", "x[y", Certain},
		{"dmi*:svn*", "dmi:pn[x:svnA", Certain},
		{`x\*`, "x*", Certain},
		{`x\*`, "xy", No},
		{"*", "", Certain},
		{"", "", Certain},
	} {
		if got := Match(test.pattern, test.key); got != test.want {
			t.Errorf("Match(%q, %q) = %v, want %v", test.pattern, test.key, got, test.want)
		}
		hits := NewIndex([]string{"a", test.pattern, "zz*"}).Lookup(test.key)
		got := No
		for _, hit := range hits {
			if hit.Pattern == 1 {
				got = hit.Verdict
			}
		}
		if got != test.want {
			t.Errorf("Index of %q, Lookup(%q) = %v, want %v", test.pattern, test.key, got, test.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for pattern, want := range map[string]Kind{
		"pci:v00008086d000015F3sv*sd*bc*sc*i*": Exact,
		"pci:v*d*sv*sd*bc01sc06i01*":           ClassWide,
		"pci:v0000144Dd*sv*sd*bc01sc08i02*":    ClassWide,
		"pci:v*d*sv*sd*bc*sc*i*":               Wild,
		"usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*": ClassWide,
		"usb:v0BDAp8156d*dc*dsc*dp*ic*isc*ip*": Exact,
		"virtio:d00000001v*":                   Exact,
		"acpi*:PNP0A08:*":                      Exact,
		"platform:*":                           Wild,
	} {
		if got := KindOf(pattern); got != want {
			t.Errorf("KindOf(%q) = %d, want %d", pattern, got, want)
		}
	}
}

// KindOf, which does not parse, says what the fields say.
func TestKindOfAgreesWithParse(t *testing.T) {
	named := func(f Field) bool { return !f.IsAny() }
	for text := range parsed {
		a, err := Parse(text)
		if class := map[string]int{"pci": 4, "usb": 3}[a.Bus]; err == nil && class > 0 && len(a.Fields) > class {
			want := Wild
			if slices.ContainsFunc(a.Fields[class:], named) {
				want = ClassWide
			}
			if named(a.Fields[0]) && named(a.Fields[1]) {
				want = Exact
			}
			if got := KindOf(text); got != want {
				t.Errorf("KindOf(%q) = %d, its fields say %d", text, got, want)
			}
		}
	}
}
