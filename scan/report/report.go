// Package report holds the hardware report, "modscout.report/v1": what one
// machine said about itself, whether through sysfs or through text that
// somebody pasted.
//
// The rule for every field: absent means unknown. What a source cannot know is
// left out, never guessed and never empty, so optional numbers and booleans
// are pointers (0 and false are answers).
package report

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Schema is the kind and major version that every report names.
const Schema = "modscout.report/v1"

// Report is one machine.
type Report struct {
	Schema  string   `json:"schema"`
	Tool    string   `json:"tool,omitempty"` // "modscout 0.1.0"; not part of the hash
	Source  Source   `json:"source"`
	Machine Machine  `json:"machine"`
	Devices []Device `json:"devices"` // ordered by ID as [CompareID] says

	Unknown jsontext.Value `json:",embed"` // members of a newer v1
}

// Source says where a report comes from and how much of the machine it covers.
type Source struct {
	Kind     string    `json:"kind"`               // "sysfs", "lspci", "ids", …
	Kernel   string    `json:"kernel,omitempty"`   // release of the kernel that was running, "6.1.0-56-amd64"
	Complete *bool     `json:"complete,omitzero"`  // false: something could not be read; see Warnings
	Settled  *bool     `json:"settled,omitzero"`   // false: USB was still changing when the scan ended
	Warnings []Warning `json:"warnings,omitempty"` // in the order they arose

	Unknown jsontext.Value `json:",embed"`
}

// Warning is a remark on the source that a person should see.
type Warning struct {
	Code   string `json:"code"` // stable, searchable: "raid-remap", "unreadable", …
	Text   string `json:"text"`
	Line   int    `json:"line,omitzero"`    // 1-based line of pasted text
	Device string `json:"device,omitempty"` // Device.ID where it is about one device
}

// Machine is what is not a device.
type Machine struct {
	DMI         DMI      `json:"dmi,omitzero"`
	CPU         CPU      `json:"cpu,omitzero"`
	MemoryBytes *int64   `json:"memory_bytes,omitzero"`
	Firmware    string   `json:"firmware,omitempty"` // "uefi" or "bios"
	SecureBoot  *bool    `json:"secure_boot,omitzero"`
	Hypervisor  string   `json:"hypervisor,omitempty"`  // "kvm", "microsoft", "vmware", "xen", …, or "none"
	ACPITables  []string `json:"acpi_tables,omitempty"` // signatures, sorted: "DMAR" and "IVRS" describe IOMMUs

	// Identifiers are what tells this machine from all others of its kind
	// ("product_serial", "hostname", …). They are there only where the user
	// asked for them.
	Identifiers map[string]string `json:"identifiers,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

// DMI is the part of /sys/class/dmi/id that identifies no single machine.
type DMI struct {
	SysVendor      string `json:"sys_vendor,omitempty"`
	ProductName    string `json:"product_name,omitempty"`
	ProductVersion string `json:"product_version,omitempty"` // where Lenovo writes the model's name
	BoardVendor    string `json:"board_vendor,omitempty"`
	BoardName      string `json:"board_name,omitempty"`
	BIOSVersion    string `json:"bios_version,omitempty"`
	BIOSDate       string `json:"bios_date,omitempty"`
	ChassisType    *int   `json:"chassis_type,omitzero"` // SMBIOS 3.7, table 17: 3 desktop, 9 laptop, 23 rack mount, …
}

// CPU describes the first processor; all of a PC's are alike.
type CPU struct {
	Vendor    string   `json:"vendor,omitempty"` // as CPUID says: "GenuineIntel"
	ModelName string   `json:"model_name,omitempty"`
	Family    *int     `json:"family,omitzero"`
	Model     *int     `json:"model,omitzero"`
	Flags     []string `json:"flags,omitempty"` // as /proc/cpuinfo spells them, sorted; absent: unknown
	Threads   *int     `json:"threads,omitzero"`
}

// Device is one device that a driver could bind, or one that a two-step bus
// will show once its transport is bound (then ImpliedBy is set).
type Device struct {
	ID          string   `json:"id"`                   // "<bus>:<address>", or "<bus>:8086:15f3#1" without an address
	Bus         string   `json:"bus"`                  // name below /sys/bus
	SysfsPath   string   `json:"sysfs_path,omitempty"` // relative to /sys, "devices/pci0000:00/0000:00:1f.2"
	Parent      string   `json:"parent,omitempty"`     // ID of the nearest ancestor that is reported
	Modaliases  []string `json:"modaliases,omitempty"` // the kernel's own bytes
	VendorID    string   `json:"vendor_id,omitempty"`  // lower-case hex as lspci prints it; so all ids
	DeviceID    string   `json:"device_id,omitempty"`
	SubvendorID string   `json:"subvendor_id,omitempty"`
	SubdeviceID string   `json:"subdevice_id,omitempty"`
	Class       string   `json:"class,omitempty"`     // 4 or 6 digits, as the source had it; USB: device class, 2 or 6 digits
	Revision    string   `json:"revision,omitempty"`  // 2 digits; USB: bcdDevice, 4 digits
	Interface   string   `json:"interface,omitempty"` // USB interface class, subclass and protocol, 6 digits

	Vendor     string   `json:"vendor,omitempty"` // names from pci.ids and usb.ids
	Device     string   `json:"device,omitempty"`
	Subsystem  string   `json:"subsystem,omitempty"`
	ClassName  string   `json:"class_name,omitempty"`
	Driver     string   `json:"driver,omitempty"`  // bound on the source system
	Modules    []string `json:"modules,omitempty"` // that the source system names for it
	ImpliedBy  string   `json:"implied_by,omitempty"`
	IRQ        *int     `json:"irq,omitzero"`
	SharedIRQ  []string `json:"irq_shared_with,omitempty"` // Device.IDs
	IOMMUGroup string   `json:"iommu_group,omitempty"`
	Isolated   *bool    `json:"iommu_isolated,omitzero"` // nothing but this device's bridges shares the group
	NUMANode   *int     `json:"numa_node,omitzero"`      // -1 is an answer too: no affinity
	BARs       []BAR    `json:"bars,omitempty"`
	Link       *Link    `json:"link,omitzero"`
	Removable  *bool    `json:"removable,omitzero"`
	Authorized *bool    `json:"authorized,omitzero"`  // false: Thunderbolt or USB keeps it out until the user allows it
	Disks      *int     `json:"disks,omitzero"`       // attached to it; absent while no driver is bound
	DiskBytes  []int64  `json:"disk_bytes,omitempty"` // their sizes, by name; 0 is a drive without a medium
	Carrier    *bool    `json:"carrier,omitzero"`     // of a network port

	// Identifiers are what tells this device from all others of its kind
	// ("mac", "serial", "wwid"), only where the user asked for them.
	Identifiers map[string][]string `json:"identifiers,omitempty"`

	Unknown jsontext.Value `json:",embed"`
}

// BAR is one base address register, from sysfs "resource".
type BAR struct {
	Index int    `json:"index"` // 0 to 5; 6 is the expansion ROM
	Kind  string `json:"kind"`  // "io", "mem32", "mem64", with ",prefetch"
	Size  int64  `json:"size"`  // bytes
}

// Link is the connection of a device to what is above it: of PCI Express its
// speed, in GT/s, and its width, in lanes, as they are and as the device could
// do; of USB its speed.
type Link struct {
	GTs      float64 `json:"gt_s,omitzero"` // 2.5, 5, 8, 16, 32, 64
	Width    int     `json:"width,omitzero"`
	MaxGTs   float64 `json:"max_gt_s,omitzero"`
	MaxWidth int     `json:"max_width,omitzero"`
	Mbits    float64 `json:"mbit_s,omitzero"` // of USB: 1.5, 12, 480, 5000, …
}

// Read decodes a report; see [jsondoc.Read] for the errors.
func Read(r io.Reader) (*Report, error) {
	var rep Report
	if err := jsondoc.Read(r, Schema, &rep); err != nil {
		return nil, err
	}
	return &rep, nil
}

// Hash identifies what the report says: "sha256:…" over its canonical form
// without Tool.
func (r *Report) Hash() (string, error) {
	content := *r
	content.Tool = ""
	return jsondoc.Hash(&content)
}

// Warn appends a warning to the report's source.
func (r *Report) Warn(code, device, text string) {
	r.Source.Warnings = append(r.Source.Warnings, Warning{Code: code, Device: device, Text: text})
}
