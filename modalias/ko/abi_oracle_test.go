package ko_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko"
)

// aliasForms are the buses whose entries modpost turns into a fixed number of
// aliases each (the kernel's scripts/mod/file2alias.c), and what these begin
// with. Of some buses, drivers write more by hand.
var aliasForms = map[string]struct {
	each   int
	prefix []string
}{
	"acpi":      {1, []string{"acpi*:"}},
	"auxiliary": {1, []string{"auxiliary:"}},
	"dmi":       {1, []string{"dmi"}},
	"hdaudio":   {1, []string{"hdaudio:"}},
	"hid":       {1, []string{"hid:"}},
	"i2c":       {1, []string{"i2c:"}},
	"ieee1394":  {1, []string{"ieee1394:"}},
	"mdio":      {1, []string{"mdio:"}},
	"of":        {2, []string{"of:"}},
	"pci":       {1, []string{"pci:", "vfio_pci:"}},
	"platform":  {1, []string{"platform:"}},
	"sdio":      {1, []string{"sdio:"}},
	"sdw":       {1, []string{"sdw:"}},
	"serio":     {1, []string{"serio:"}},
	"spi":       {1, []string{"spi:"}},
	"virtio":    {1, []string{"virtio:"}},
	"vmbus":     {1, []string{"vmbus:"}},
	"wmi":       {1, []string{"wmi:"}},
	"x86cpu":    {1, []string{"cpu:type:x86"}},
}

// TestOracleTables counts entries of device tables against the aliases that
// modpost made of them.
func TestOracleTables(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		tables, entries := 0, 0
		for _, d := range s.details {
			sums := map[string]int{}
			for _, table := range d.Tables {
				if table.Entries < 0 && aliasForms[table.Bus].each > 0 {
					t.Errorf("%s: entries of %+v not counted", d.Module.File, table)
				}
				sums[table.Bus] += table.Entries
				tables++
				entries += max(table.Entries, 0)
			}
			for bus, sum := range sums {
				form := aliasForms[bus]
				want := countPrefixes(d.Module.Aliases, form.prefix)
				byHand := slices.Contains([]string{"auxiliary", "platform", "spi", "wmi"}, bus)
				if got := sum * form.each; form.each > 0 && (got > want || got < want && !byHand) {
					t.Errorf("%s: %d aliases of %s tables, want %d", d.Module.File, got, bus, want)
				}
			}
		}
		t.Logf("%s: %d tables with %d entries", s.release, tables, entries)
	})
}

func countPrefixes(list, prefixes []string) (n int) {
	for _, s := range list {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(s, prefix) }) {
			n++
		}
	}
	return n
}

// TestOracleInterfaces checks what the kernel would when it loads the modules
// of one build: an importer has the exporter's checksum and names its
// namespace.
func TestOracleInterfaces(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		exports := map[string]ko.Export{}
		for _, d := range s.details {
			for _, x := range d.Exported {
				exports[x.Symbol] = x
			}
		}
		checksums, namespaces := 0, 0
		for _, d := range s.details {
			for _, v := range d.Versions {
				if x, found := exports[v.Symbol]; found {
					checksums++
					if x.CRC != v.CRC || !x.HasCRC {
						t.Errorf("%s: checksum of %s is %#08x, the exporter's %#08x", d.Module.File, v.Symbol, v.CRC, x.CRC)
					}
				}
			}
			for _, symbol := range d.Module.Imports {
				if x := exports[symbol]; x.Namespace != "" {
					namespaces++
					if !slices.Contains(d.Fields, ko.Field{Tag: "import_ns", Value: x.Namespace}) {
						t.Errorf("%s: %s is in namespace %s, which it does not import", d.Module.File, symbol, x.Namespace)
					}
				}
			}
		}
		if checksums == 0 || namespaces == 0 {
			t.Errorf("%d checksums and %d namespaces: nothing was compared", checksums, namespaces)
		}
		t.Logf("%s: %d checksums, %d uses of namespaces", s.release, checksums, namespaces)
	})
}
