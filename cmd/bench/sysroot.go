package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// sysroot makes a tree of /sys and /proc like that of a PC whose PCI functions
// have these modaliases and no driver yet. A function has the files that Linux
// 6.1 shows of one, with those for its power in a directory of their own.
func sysroot(dir string, keys []string) error {
	files := map[string]string{
		"proc/cpuinfo":                "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu\n\n",
		"proc/meminfo":                "MemTotal:        8000000 kB\n",
		"proc/sys/kernel/osrelease":   "6.1.0\n",
		"sys/class/dmi/id/sys_vendor": "Bench\n",
	}
	for i, key := range keys {
		f, err := parseFunction(key)
		if err != nil {
			return err
		}
		address := slot(i)
		at := filepath.Join("sys/devices/pci0000:00", address)
		for name, text := range f.attributes(key, address) {
			files[filepath.Join(at, name)] = text
		}
		for link, target := range map[string]string{
			filepath.Join("sys/bus/pci/devices", address): "../../../devices/pci0000:00/" + address,
			filepath.Join(at, "subsystem"):                "../../../bus/pci",
		} {
			if err := makeLink(filepath.Join(dir, link), target); err != nil {
				return err
			}
		}
	}
	for name, text := range files {
		if err := makeFile(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	return nil
}

// slot is the address of the i-th function: 32 on a bus, and at most 8,192 in
// a domain.
func slot(i int) string { return fmt.Sprintf("%04x:%02x:%02x.0", i/8192, i/32%256, i%32) }

// function is what the modalias of a PCI function says.
type function struct {
	vendor, device, subvendor, subdevice uint32
	class, subclass, iface               uint8
}

func parseFunction(key string) (f function, err error) {
	_, err = fmt.Sscanf(key, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X",
		&f.vendor, &f.device, &f.subvendor, &f.subdevice, &f.class, &f.subclass, &f.iface)
	if err != nil {
		return f, fmt.Errorf("%s: %w", key, err)
	}
	return f, nil
}

// attributes are the files of a function.
func (f function) attributes(key, address string) map[string]string {
	class := fmt.Sprintf("%02x%02x%02x", f.class, f.subclass, f.iface)
	files := map[string]string{
		"vendor":           fmt.Sprintf("0x%04x\n", f.vendor),
		"device":           fmt.Sprintf("0x%04x\n", f.device),
		"subsystem_vendor": fmt.Sprintf("0x%04x\n", f.subvendor),
		"subsystem_device": fmt.Sprintf("0x%04x\n", f.subdevice),
		"class":            "0x" + class + "\n",
		"revision":         "0x01\n",
		"modalias":         key + "\n",
		"uevent": fmt.Sprintf("PCI_CLASS=%s\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\nMODALIAS=%s\n",
			class, f.vendor, f.device, f.subvendor, f.subdevice, address, key),
		"resource": "0x0000000080500000 0x00000000805fffff 0x0000000000040200\n",
		"config":   f.config(),
		"irq":      "16\n", "numa_node": "-1\n", "enable": "0\n", "removable": "fixed\n",
	}
	for _, name := range []string{"ari_enabled", "broken_parity_status", "consistent_dma_mask_bits", "d3cold_allowed", "dma_mask_bits",
		"driver_override", "local_cpulist", "local_cpus", "msi_bus", "power_state", "power/autosuspend_delay_ms", "power/control",
		"power/runtime_active_time", "power/runtime_status", "power/runtime_suspended_time"} {
		files[name] = "0\n"
	}
	return files
}

// config is the header of the configuration space (PCI 3.0, figure 6-1), which
// lspci reads.
func (f function) config() string {
	var header [64]byte
	binary.LittleEndian.PutUint16(header[0x00:], uint16(f.vendor))
	binary.LittleEndian.PutUint16(header[0x02:], uint16(f.device))
	copy(header[0x08:], []byte{1, f.iface, f.subclass, f.class})
	binary.LittleEndian.PutUint16(header[0x2c:], uint16(f.subvendor))
	binary.LittleEndian.PutUint16(header[0x2e:], uint16(f.subdevice))
	return string(header[:])
}

func makeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func makeLink(path, target string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.Symlink(target, path)
}
