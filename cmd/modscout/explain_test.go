package main

import (
	"testing"

	"github.com/modscout/modscout/recommend"
)

func TestMatchedFields(t *testing.T) {
	vendor := recommend.Field{Name: "vendor", Asks: "00008086", Has: "00008086"}
	for want, fields := range map[string][]recommend.Field{
		"asks for no field":        nil,
		"asks for vendor 00008086": {vendor},
		"asks for vendor 00008086, subvendor 00001043 (not in the report)": {vendor, {Name: "subvendor", Asks: "00001043", Lacked: true}},
		"asks for bcdDevice 01[0-9]* (0110)":                               {{Name: "bcdDevice", Asks: "01[0-9]*", Has: "0110"}},
	} {
		if got := matchedFields(fields); got != want {
			t.Errorf("matchedFields(%+v) = %q, want %q", fields, got, want)
		}
	}
}
