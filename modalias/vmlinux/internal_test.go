package vmlinux

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
)

// The patterns of a range match the numbers in it and no others.
func TestBCDRange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		base := []int{10, 16}[random.IntN(2)]
		a, b := random.IntN(base*base*base*base), random.IntN(base*base*base*base)
		low, high := digits(min(a, b), base), digits(max(a, b), base)
		parts := bcdRange(low, high)
		base = 16
		if isBCD(low) && isBCD(min(high, 0x9999)) {
			base = 10
		}
		for range 300 {
			n := digits(random.IntN(base*base*base*base), base)
			key := fmt.Sprintf("%04Xdc", n)
			got := slices.ContainsFunc(parts, func(p string) bool { return modalias.Match(p+"dc*", key) == modalias.Certain })
			if want := low <= n && n <= high; got != want {
				t.Fatalf("bcdRange(%04x, %04x) = %q: %s matches: %v", low, high, parts, key, got)
			}
		}
	}
	for _, test := range []struct {
		from, to int
		want     string
	}{
		{0, 0xffff, "*"}, {0, 0x9999, "*"}, {0x0100, 0x0100, "0100"}, {0x3000, 0x31ff, "3[0-1]*"},
		{0x0116, 0x0116, "0116"}, {0x0000, 0x0299, "0[0-2]*"}, {0x0105, 0x9999, "010[5-9] 01[1-9]* 0[2-9]* [1-9]*"},
		{0x000a, 0x00ff, "000[A-F] 00[1-9A-F]*"},
	} {
		if got := strings.Join(bcdRange(test.from, test.to), " "); got != test.want {
			t.Errorf("bcdRange(%04x, %04x) = %q, want %q", test.from, test.to, got, test.want)
		}
	}
}

// digits writes a number in a base, and reads that as hexadecimal.
func digits(n, base int) (hex int) {
	for shift := 0; shift < 16; shift += 4 {
		hex |= n % base << shift
		n /= base
	}
	return hex
}

// kallsymsForm is a layout of the kernel's symbol table.
type kallsymsForm struct {
	absolute bool // addresses, not offsets
	behind   bool // offsets follow the tokens
	percpu   bool // offsets of what is not per CPU are negative
	wide     bool // markers of 64 bits
}

// The forms by the version that brought them.
var kallsymsForms = map[string]kallsymsForm{
	"3.10": {absolute: true, wide: true},
	"4.6":  {percpu: true, wide: true},
	"4.20": {percpu: true},
	"6.4":  {percpu: true, behind: true},
	"6.15": {behind: true},
}

// image lays out the symbols "s0", "s1", … as scripts/kallsyms.c does, with a
// dictionary that has each character as its own token.
func (f kallsymsForm) image(count int) area {
	var names, markers, tokenText, tokenIndex, addresses []byte
	for i := range count {
		if i%perMarker == 0 {
			markers = binary.LittleEndian.AppendUint32(markers, uint32(len(names)))
			if f.wide {
				markers = append(markers, 0, 0, 0, 0)
			}
		}
		name := fmt.Sprintf("Ts%d", i)
		names = append(append(names, byte(len(name))), name...)
		offset := uint32(16 * i)
		switch {
		case f.absolute:
			addresses = binary.LittleEndian.AppendUint64(addresses, kernelBase+uint64(offset))
			continue
		case f.percpu:
			offset = ^offset
		}
		addresses = binary.LittleEndian.AppendUint32(addresses, offset)
	}
	if !f.absolute {
		addresses = binary.LittleEndian.AppendUint64(align(addresses), kernelBase)
	}
	for c := range tokens {
		tokenIndex = binary.LittleEndian.AppendUint16(tokenIndex, uint16(len(tokenText)))
		tokenText = append(tokenText, byte(max(c, 1)), 0)
	}
	parts := [][]byte{addresses, binary.LittleEndian.AppendUint64(nil, uint64(count)), names, markers, tokenText, tokenIndex}
	if f.behind {
		parts = append(parts[1:], addresses)
	}
	data := make([]byte, 4096)
	for _, part := range parts {
		data = append(align(data), part...)
	}
	return area{kernelBase, append(data, make([]byte, 64<<10)...)}
}

func align(data []byte) []byte { return append(data, make([]byte, -len(data)&7)...) }

func TestKallsyms(t *testing.T) {
	const count = 3000
	want := make([]symbol, count)
	for i := range want {
		want[i] = symbol{fmt.Sprintf("s%d", i), kernelBase + uint64(16*i)}
	}
	for version, form := range kallsymsForms {
		s := &space{areas: []area{form.image(count)}}
		if diff := cmp.Diff(want, s.kallsyms(), cmp.AllowUnexported(symbol{})); diff != "" {
			t.Errorf("form of %s: kallsyms() mismatch (-want +got):\n%s", version, diff)
		}
	}
	noise := area{kernelBase, make([]byte, 1<<20)}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.data {
		noise.data[i] = byte(random.Uint32())
	}
	if got := (&space{areas: []area{noise}}).kallsyms(); got != nil {
		t.Errorf("noise has %d symbols", len(got))
	}
}
