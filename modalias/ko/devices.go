package ko

import (
	"bytes"
	"slices"
)

// DeviceTable is one array that MODULE_DEVICE_TABLE named: modpost makes the
// module's aliases of it.
type DeviceTable struct {
	Bus     string // "pci", "usb", "of", …: the type's name in include/linux/mod_devicetable.h
	Name    string // the array's, where the kernel (3.14 and newer) keeps it
	Size    int64  // bytes
	Entries int    // without the empty one that closes it; -1 where the size of an entry is not known
}

// deviceTables finds the tables by their symbols.
func deviceTables(e *object, symbols []symbol) []DeviceTable {
	var list []DeviceTable
	for _, s := range symbols {
		bus, name, found := cutTable(s.name)
		if !found || s.section == 0 {
			continue
		}
		table := e.at(s, s.size)
		list = append(list, DeviceTable{bus, name, int64(len(table)), countEntries(bus, table)})
	}
	return list
}

// cutTable takes a symbol's name apart. It is __mod_BUS_device_table in
// kernels before 3.14, then __mod_BUS__NAME_device_table,
// __mod_device_table__BUS__NAME since 6.14 and
// __mod_device_table__kmod_MODULE__BUS__NAME since 6.18.
func cutTable(symbol []byte) (bus, name string, found bool) {
	separator := []byte("__")
	rest, newer := bytes.CutPrefix(symbol, []byte("__mod_device_table__"))
	if newer && bytes.HasPrefix(rest, []byte("kmod_")) {
		_, rest, _ = bytes.Cut(rest, separator)
	}
	if !newer {
		if rest, found = bytes.CutPrefix(symbol, []byte("__mod_")); !found {
			return "", "", false
		}
		if rest, found = bytes.CutSuffix(rest, []byte("_device_table")); !found {
			return "", "", false
		}
	}
	b, n, _ := bytes.Cut(rest, separator)
	return string(b), string(n), len(b) > 0
}

// entrySizes are the sizes of the structures of include/linux/mod_devicetable.h
// on x86-64, in bytes: today's first, then those of older kernels.
var entrySizes = map[string][]int{
	"acpi":      {32, 24}, // 24 before 4.1
	"auxiliary": {40},
	"dmi":       {344},
	"hdaudio":   {32},
	"hid":       {24},
	"i2c":       {32},
	"ieee1394":  {32},
	"mdio":      {8},
	"of":        {200},
	"pci":       {40, 32}, // 32 before 5.16
	"platform":  {32},
	"pnp":       {16},
	"sdio":      {16},
	"sdw":       {16},
	"serio":     {4},
	"spi":       {40},
	"usb":       {32, 24}, // 24 before 3.9
	"virtio":    {8},
	"vmbus":     {24},
	"wmi":       {48},
	"x86cpu":    {24, 16}, // 16 before 5.7
}

// countEntries counts what stands before the entry of zeros at the end. Where
// a size is right, no other entry is all zeros.
func countEntries(bus string, table []byte) int {
	for _, size := range entrySizes[bus] {
		count := len(table)/size - 1
		if count >= 0 && len(table)%size == 0 && firstZero(table, size) == count {
			return count
		}
	}
	return -1
}

// firstZero returns the position of the first entry of zeros, or -1.
func firstZero(table []byte, size int) int {
	at := 0
	for entry := range slices.Chunk(table, size) {
		if len(bytes.Trim(entry, "\x00")) == 0 {
			return at
		}
		at++
	}
	return -1
}
