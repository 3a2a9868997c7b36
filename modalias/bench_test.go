package modalias

import (
	"bytes"
	"fmt"
	"testing"
)

// kernelLike makes about as many patterns of each kind as Debian's 6.1 has, 26,000
// in all.
func kernelLike() []string {
	var patterns []string
	for i := range 11_000 {
		patterns = append(patterns, fmt.Sprintf("pci:v%08Xd%08Xsv*sd*bc*sc*i*", 0x8086+i%60, i))
	}
	for i := range 10_000 {
		patterns = append(patterns, fmt.Sprintf("usb:v%04Xp%04Xd*dc*dsc*dp*ic*isc*ip*in*", 0x0bda+i%90, i))
	}
	for i := range 900 {
		patterns = append(patterns, fmt.Sprintf("acpi*:INT%04X:*", i))
	}
	for i := range 2_000 {
		patterns = append(patterns, fmt.Sprintf("of:N*T*Cvendor,chip%dC*", i), fmt.Sprintf("i2c:chip%d", i))
	}
	return append(patterns, "pci:v*d*sv*sd*bc01sc06i01*", "pci:v*d*sv*sd*bc0Csc03i30*", "dmi:*svnLENOVO*pn*:*", "cpu:type:x86,*feature:*0099*")
}

func BenchmarkNewIndex(b *testing.B) {
	patterns := kernelLike()
	for b.Loop() {
		NewIndex(patterns)
	}
}

func BenchmarkLookup(b *testing.B) {
	index := NewIndex(kernelLike())
	for name, key := range map[string]string{
		"pci":     "pci:v00008086d00000000sv00001AF4sd00001100bc01sc06i01",
		"acpi":    "acpi:INT0100:PNP0C02:",
		"none":    "platform:nothing",
		"partial": PCIKey("8086", "0000", "", "", "0106"),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				index.Lookup(key)
			}
		})
	}
}

func BenchmarkReadTable(b *testing.B) {
	p := Platform{ID: "linux:6.1"}
	for i, pattern := range kernelLike() {
		if i%10 == 0 {
			p.Modules = append(p.Modules, Module{File: fmt.Sprintf("m%d.ko", i), Name: fmt.Sprintf("m%d", i)})
		}
		last := &p.Modules[len(p.Modules)-1]
		last.Aliases = append(last.Aliases, pattern)
	}
	var file bytes.Buffer
	if _, err := NewTable([]Platform{p}).WriteTo(&file); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if _, err := ReadTable(file.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
