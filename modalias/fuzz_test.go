package modalias

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slow is the matcher in the words of fnmatch(3): what the first element may
// be, then the rest. It is exponential, and shares only the reading of one
// element with the matcher under test.
func slow(pattern, key string) bool {
	if pattern == "" {
		return key == ""
	}
	if pattern[0] == '*' {
		return slow(pattern[1:], key) || key != "" && slow(pattern, key[1:])
	}
	if key == "" {
		return false
	}
	width := one(pattern, key[0])
	return width > 0 && slow(pattern[width:], key[1:])
}

// slowVerdict tries every digit for every unknown byte.
func slowVerdict(pattern, key string) Verdict {
	all, some := true, false
	for _, concrete := range fillings(key) {
		if slow(pattern, concrete) {
			some = true
		} else {
			all = false
		}
	}
	switch {
	case all:
		return Certain
	case some:
		return Possible
	}
	return No
}

func fillings(key string) []string {
	before, after, found := strings.Cut(key, string(rune(Unknown)))
	if !found {
		return []string{key}
	}
	var all []string
	for _, rest := range fillings(after) {
		for _, digit := range digits {
			all = append(all, before+string(digit)+rest)
		}
	}
	return all
}

// FuzzMatch compares with the slow matcher, and the index with both. With
// unknown bytes Match may say "possible" where every filling matches by
// another way, but it never denies and never claims too much.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"pci:v*d*sv*sd*bc01sc06i01*", "pci:v00008086d00002922sv0sd0bc01sc06i01"},
		{"usb:v0BDAp8156d[0-3]*", "usb:v0BDAp8156d\x00\x00"},
		{"a[!b-d]*[]x]?", "aexy"}, {"[[:digit:]_-]*", "7-"}, {`\[a*\`, "[a-b"}, {"*a*a*a*b", "aaaaaaaa"},
		{"[a-", "[a-"}, {"x[a-b]-", "x[a-b]-"}, {"**?[0-9A-F]", "\x00\x00"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, key string) {
		if strings.Count(pattern, "*") > 4 || len(key) > 40 || len(pattern) > 60 || strings.Count(key, "\x00") > 2 {
			return // too slow for the slow matcher
		}
		got := Match(pattern, key)
		want := slowVerdict(normalize(pattern), normalize(key))
		if got != want && !(got == Possible && want == Certain) {
			t.Errorf("Match(%q, %q) = %v, want %v", pattern, key, got, want)
		}
		found := No
		for _, hit := range NewIndex([]string{"pci:*", pattern}).Lookup(key) {
			if hit.Pattern == 1 {
				found = hit.Verdict
			}
		}
		if found != got {
			t.Errorf("Index of %q, Lookup(%q) = %v, Match says %v", pattern, key, found, got)
		}
	})
}

// FuzzKey holds keys to their form, whatever the digits are.
func FuzzKey(f *testing.F) {
	f.Add("8086", "15f3", "1043", "87d2", "020000")
	f.Add("8086", "", "", "", "0106")
	f.Add("0bda", "8156", "3104", "00", "ffffff")
	f.Fuzz(func(t *testing.T, vendor, device, subvendor, subdevice, class string) {
		for _, s := range []string{vendor, device, subvendor, subdevice, class} {
			if len(s) > 8 || strings.Trim(s, "0123456789abcdef") != "" {
				return // not what lspci prints
			}
		}
		if len(class)%2 != 0 || len(class) > 6 {
			return // no class
		}
		key := PCIKey(vendor, device, subvendor, subdevice, class)
		if len(key) != len("pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00") {
			t.Errorf("PCIKey() = %q", key)
		}
		if Match("pci:v*d*sv*sd*bc*sc*i*", key) != Certain {
			t.Errorf("PCIKey() = %q has not all fields", key)
		}
		usb := USBKey(trim4(vendor), trim4(device), trim4(subvendor), class, class, "")
		if Match("usb:v*p*d*dc*dsc*dp*ic*isc*ip*in*", usb) != Certain {
			t.Errorf("USBKey() = %q has not all fields", usb)
		}
	})
}

func trim4(s string) string { return s[:min(4, len(s))] }

// FuzzIndex compares the index of many patterns, one a line, with a comparison
// of each.
func FuzzIndex(f *testing.F) {
	acpi := strings.Join(acpiLike(40), "\n")
	for _, seed := range [][2]string{
		{acpi, "acpi:INT0007:INT0009:"},
		{acpi + "\nacpi*\nacpi:*\nac*\nacpi:I*T0007*\nacpi[:]*", "acpi:INT0007:INT0009:"},
		{"a-b\na_b\na-b*\na_b*c\na-b*d\n*\n\na\nab\na-[a-]b", "a_b"},
		{"x*ab*\nx*abc*\nx*abcd*\nx*b\nx*a*\nx*ab-c*\nx*ab_c*\nx*[a]ab*\nx*\\ab*", "xabcabcdab_c"},
		{"pci:v*d*sv*sd*bc01sc06i01*\npci:v00008086d*\npci:v00008086d00002922sv*\npci:v0000808[67]d*", PCIKey("8086", "", "", "", "0106")},
		{"usb:v0BDAp8156d[0-3]*\nusb:v0BDAp8156d*dc*\nusb:v0BDA*\nusb:v\x00*", "usb:v0BDAp8156d\x00\x00dc"},
		{strings.Repeat("a\n", 40) + "ab\nabc*\n" + strings.Repeat("a*\n", 40), "abcd"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, list, key string) {
		patterns := strings.Split(list, "\n")
		if len(patterns) > 300 || len(list) > 10_000 || len(key) > 300 {
			return // too much work for one try
		}
		var want []Hit
		for i, pattern := range patterns {
			if verdict := Match(pattern, key); verdict != No {
				want = append(want, Hit{i, verdict})
			}
		}
		got := NewIndex(patterns).Lookup(key)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Lookup(%q) mismatch (-want +got):\n%s", key, diff)
		}
	})
}
