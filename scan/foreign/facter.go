package foreign

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/scan/report"
)

// facter is NixOS' facter.json (nix-community/nixos-facter, pkg/facter and
// pkg/hwinfo), as far as it is read. Its entries hold serial numbers and network
// addresses beside.
type facter struct {
	Virtualisation string                    `json:"virtualisation"`
	UEFI           facterUEFI                `json:"uefi"`
	Hardware       map[string]jsontext.Value `json:"hardware"`
	SMBIOS         facterSMBIOS              `json:"smbios"`
}

type facterUEFI struct {
	Supported bool `json:"supported"`
}

type facterSMBIOS struct {
	BIOS   facterDMI `json:"bios"`
	System facterDMI `json:"system"`
	Board  facterDMI `json:"board"`
}

type facterDMI struct {
	Manufacturer string `json:"manufacturer"`
	Product      string `json:"product"`
	Version      string `json:"version"`
	Date         string `json:"date"`
}

type facterCPU struct {
	VendorName string   `json:"vendor_name"`
	ModelName  string   `json:"model_name"`
	Family     *int     `json:"family"`
	Model      *int     `json:"model"`
	Features   []string `json:"features"`
	Siblings   int      `json:"siblings"`
}

// facterDevice is an entry of a kind of hardware. Vendor and device are objects
// in those of PCI and USB, and plain text in some others.
type facterDevice struct {
	Bus        facterID         `json:"bus_type"`
	Base       facterID         `json:"base_class"`
	Sub        facterID         `json:"sub_class"`
	Interface  facterID         `json:"pci_interface"`
	Vendor     jsontext.Value   `json:"vendor"`
	Device     jsontext.Value   `json:"device"`
	SubVendor  jsontext.Value   `json:"sub_vendor"`
	SubDevice  jsontext.Value   `json:"sub_device"`
	Revision   jsontext.Value   `json:"revision"`
	SysfsID    string           `json:"sysfs_id"`
	SysfsBusID string           `json:"sysfs_bus_id"`
	IOMMUGroup *int             `json:"sysfs_iommu_group_id"`
	Driver     string           `json:"driver"`
	Modules    []string         `json:"driver_modules"`
	Alias      string           `json:"module_alias"`
	Resources  []facterResource `json:"resources"`
}

// facterResource is one of an entry's; a range is a number only in some.
type facterResource struct {
	Type  string         `json:"type"`
	Range jsontext.Value `json:"range"`
}

type facterID struct {
	Hex  string `json:"hex"`
	Name string `json:"name"`
}

func readFacter(m *merger, data []byte) error {
	var f facter
	if err := unmarshal(data, &f); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Hardware)) {
		if kind == "cpu" {
			continue
		}
		var entries []jsontext.Value
		if unmarshal(f.Hardware[kind], &entries) != nil {
			continue // "bios" and "system" are no lists
		}
		for i, entry := range entries {
			if err := m.addFacter(entry); err != nil {
				m.warn(0, "unread", fmt.Sprintf("entry %d of %s is of a form that is not known here", i+1, kind))
			}
		}
	}
	m.addMachine(f.machine(), "")
	return nil
}

// addFacter adds what an entry describes.
func (m *merger) addFacter(entry jsontext.Value) error {
	var e facterDevice
	if err := unmarshal(entry, &e); err != nil {
		return err
	}
	if d, ok := e.found(); ok {
		m.add(d)
	}
	if size := e.memory(); size > 0 {
		m.addMemory(size)
	}
	return nil
}

// found returns the device of an entry, if it is on a bus that a driver could be
// found for.
func (e *facterDevice) found() (found, bool) {
	d, _ := parseModalias(e.Alias)
	if d.VendorID == "" && (e.Bus.Name == "PCI" || e.Bus.Name == "USB") {
		d.Bus = lower(e.Bus.Name)
		d.VendorID, d.DeviceID = facterHex(e.Vendor), facterHex(e.Device)
		if d.Bus == "pci" {
			d.Class = e.class()
			d.SetSubsystem(facterHex(e.SubVendor), facterHex(e.SubDevice))
		}
	}
	if d.Bus == "pci" {
		d.Revision = report.HexID(facterHex(e.Revision), 2)
	}
	if d.Bus == "" || !isAddress(d.Bus, e.SysfsBusID) {
		return found{}, false
	}
	d.place(e.SysfsID)
	d.ID = d.Bus + ":" + e.SysfsBusID
	d.Driver = moduleName(e.Driver)
	for _, name := range e.Modules {
		d.Modules = append(d.Modules, splitModules(name)...)
	}
	slices.Sort(d.Modules)
	if e.IOMMUGroup != nil {
		d.IOMMUGroup = strconv.Itoa(*e.IOMMUGroup)
	}
	return d, true
}

// class returns the PCI class, as far as it is one.
func (e *facterDevice) class() string {
	base, sub := report.HexID(e.Base.Hex, 2), report.HexID(e.Sub.Hex, 2)
	if base == "" || sub == "" {
		return ""
	}
	return base + sub + report.HexID(e.Interface.Hex, 2)
}

// memory returns the size of an entry of kind memory, in bytes.
func (e *facterDevice) memory() int64 {
	for _, r := range e.Resources {
		var size int64
		if r.Type == "phys_mem" && unmarshal(r.Range, &size) == nil && size > 0 {
			return size
		}
	}
	return 0
}

// facterHex returns the "hex" of an object such as {"hex":"8086"}.
func facterHex(value jsontext.Value) string {
	var id facterID
	if len(value) == 0 || value.Kind() != '{' || unmarshal(value, &id) != nil {
		return ""
	}
	return report.HexID(id.Hex, 4)
}

// machine returns what is not a device. Each processor package has an entry.
func (f *facter) machine() report.Machine {
	r := report.Machine{Hypervisor: guests[lower(f.Virtualisation)]}
	if f.UEFI.Supported {
		r.Firmware = "uefi"
	}
	s := f.SMBIOS
	r.DMI = report.DMI{SysVendor: s.System.Manufacturer, ProductName: s.System.Product,
		BoardVendor: s.Board.Manufacturer, BoardName: s.Board.Product, BIOSVersion: s.BIOS.Version, BIOSDate: s.BIOS.Date}
	var packages []facterCPU
	if unmarshal(f.Hardware["cpu"], &packages) != nil || len(packages) == 0 {
		return r
	}
	first := packages[0]
	r.CPU = report.CPU{Vendor: first.VendorName, ModelName: first.ModelName, Family: first.Family, Model: first.Model}
	setFlags(&r.CPU, first.Features)
	threads := 0
	for _, p := range packages {
		threads += p.Siblings
	}
	if threads > 0 {
		r.CPU.Threads = &threads
	}
	return r
}
