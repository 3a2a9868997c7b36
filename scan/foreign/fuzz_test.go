package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// FuzzImport: whatever is pasted, the answer is an error or a report that can
// be written and read, with unique ids in order. The seeds are all fixtures, so
// that every reader is reached, and what tests of lspci and ids read.
func FuzzImport(f *testing.F) {
	for _, input := range fixtures(f) {
		f.Add("", input.Data)
	}
	for _, seed := range []string{
		"00:1c.0/03:00.0 Class 0200: 8086:15f3 (rev ff) (prog-if ff)\n00: 86 80 f3 15 06 04 10 00 03 00 00 02 10 00 00 00\n",
		`03:00.0 "Ethernet controller [0200]" "Intel [8086]" "I225-V [15f3]" -r03 "" ""`,
		`8086:15f3 PCI\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03 pciid 8086d000015f3`,
		"usb:v0BDAp8156d3104dc00dsc00dp00icFFiscFFip00in00\npci:v00008086d000015F3sv*sd*bc*sc*i*\nacpi:PNP0C0A:\n",
		"1af4:1000 1af4:1041 8086:2822",
		"\xff\xfe8\x000\x008\x006\x00:\x001\x005\x00f\x003\x00",
		"> \x1b[32m03:00.0 x [80\r\n",
		`{"schema":"modscout.report/v1","source":{"kind":"ids"},"machine":{},"devices":[{"id":"pci:1","bus":"pci"},{"id":"pci:1","bus":"pci"}]}`,
		"text\n" + `{"hardware":{"pci":[{"vendor":{"hex":"8086"}`,
	} {
		f.Add("", []byte(seed))
	}
	for _, kind := range Kinds {
		f.Add(kind, []byte("vendor_id : GenuineIntel\n03:00.0 0200: 8086:15f3\n"))
	}
	f.Add("", tarOf(f, map[string]string{"logs/dmesg.log": "pci 0000:03:00.0: [8086:15f3] type 00 class 0x020000\n"}))
	f.Add("", []byte("\x1f\x8b\x08\x00"))
	db := names.Open()
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		rep, err := Import([]Input{{"paste", data}}, Options{Names: db, Kind: kind})
		if err != nil {
			return
		}
		var text strings.Builder
		if err := jsondoc.Write(&text, rep); err != nil {
			t.Fatalf("writing the report: %v", err)
		}
		if _, err := report.Read(strings.NewReader(text.String())); err != nil {
			t.Fatalf("reading the report: %v", err)
		}
		for i := 1; i < len(rep.Devices); i++ {
			if report.CompareID(rep.Devices[i-1].ID, rep.Devices[i].ID) >= 0 {
				t.Fatalf("ids %q, %q are not in order", rep.Devices[i-1].ID, rep.Devices[i].ID)
			}
		}
		again, err := Import([]Input{{"report", []byte(text.String())}}, Options{Names: db})
		if err != nil {
			t.Fatalf("importing the report: %v", err)
		}
		if one, other := hash(t, rep), hash(t, again); one != other {
			t.Fatalf("the report changes when it is imported: %s, %s", one, other)
		}
	})
}

func hash(t *testing.T, rep *report.Report) string {
	sum, err := rep.Hash()
	if err != nil && !errors.Is(err, jsondoc.ErrSchema) {
		t.Fatal(err)
	}
	return sum
}

// BenchmarkLspci reads lspci -nnk of 10 to 1000 devices.
func BenchmarkLspci(b *testing.B) {
	db := names.Open()
	db.Vendor("8086") // unpacks the list
	for _, n := range []int{10, 100, 1000} {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "%04x:%02x:00.0 Ethernet controller [0200]: Intel Corporation I225-V [8086:15f3] (rev 03)\n\tSubsystem: X [1458:e000]\n\tKernel driver in use: igc\n\tKernel modules: igc\n", i/256, i%256)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Import([]Input{{"paste", []byte(text.String())}}, Options{Names: db}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPaste reads each fixture over and over, as a paste of 1 MB and of
// 10 MB: the time must grow with the size, not with its square.
func BenchmarkPaste(b *testing.B) {
	for _, input := range fixtures(b) {
		for _, size := range []int{1 << 20, 10 << 20} {
			data := bytes.Repeat(append(input.Data, '\n'), size/len(input.Data))
			b.Run(fmt.Sprintf("%s/%dMB", input.Name, size>>20), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if _, err := Import([]Input{{"paste", data}}, Options{Names: testNames}); err != nil && !errors.Is(err, ErrNothing) {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
