package catalog

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// ImportedSchema is the kind and major version of the documents that
// "platform import" writes.
const ImportedSchema = "modscout.platform/v1"

// Imported is what a platform's own kernel and initrd have, read from the
// files themselves. It adds to what a catalogue says of the platform of the
// same loader and ID; without one it is a platform of its own.
type Imported struct {
	Schema   string         `json:"schema"`
	Date     string         `json:"date"`     // YYYY-MM-DD, on which the kernel was built; "" where it does not say
	Platform Platform       `json:"platform"` // without positions
	Kernel   KernelFile     `json:"kernel"`
	Initrd   *InitrdFile    `json:"initrd,omitempty"`
	Drivers  []Driver       `json:"drivers"`           // in the kernel image
	Modules  []InitrdModule `json:"modules,omitempty"` // in the initrd

	// Configured are the modules that its .config says are built in; internal
	// names. They may have drivers that are not among Drivers.
	Configured []string `json:"configured,omitempty"`

	Unknown jsontext.Value `json:",embed"` // members of a newer v1
}

// KernelFile is the kernel image that was read.
type KernelFile struct {
	SHA256      string `json:"sha256"`
	Banner      string `json:"banner"`                // "Linux version …"
	Compression string `json:"compression,omitempty"` // of the vmlinux inside; absent: none
	Symbols     int    `json:"symbols,omitzero"`      // of its kallsyms
	Config      string `json:"config,omitempty"`      // sha256 of its .config, where that is known
}

// InitrdFile is the initrd that was read.
type InitrdFile struct {
	SHA256 string `json:"sha256"`
}

// Driver is one driver of the kernel image.
type Driver struct {
	Bus     string   `json:"bus"`              // "pci", "usb", …
	Name    string   `json:"name"`             // in /sys/bus/BUS/drivers
	Module  string   `json:"module,omitempty"` // the module it would be if it were not built in; absent: the image does not tell
	Aliases []string `json:"aliases"`          // patterns, as such a module would have them
}

// InitrdModule is a module of the initrd, with the members of [Module].
type InitrdModule struct {
	File     string   `json:"file"`
	Name     string   `json:"name"`
	Aliases  []string `json:"aliases,omitempty"` // patterns, sorted
	Depends  []string `json:"depends,omitempty"`
	SoftPre  []string `json:"soft_pre,omitempty"`
	SoftPost []string `json:"soft_post,omitempty"`
	Firmware []string `json:"firmware,omitempty"`
	Vermagic string   `json:"vermagic,omitempty"`
	Layout   *Layout  `json:"layout,omitzero"`
	Exports  []string `json:"exports,omitempty"`
	SHA256   string   `json:"sha256,omitempty"`
}

func (m *InitrdModule) module() Module {
	return Module{
		File: m.File, Name: m.Name, Depends: m.Depends, SoftPre: m.SoftPre, SoftPost: m.SoftPost, Firmware: m.Firmware,
		Vermagic: m.Vermagic, Layout: m.Layout, Exports: m.Exports, SHA256: m.SHA256,
	}
}

// ReadImported decodes a document of "platform import".
//
// Errors: [jsondoc.ErrSchema] for another kind of document, else what is wrong
// with the JSON.
func ReadImported(r io.Reader) (*Imported, error) {
	var i Imported
	if err := jsondoc.Read(r, ImportedSchema, &i); err != nil {
		return nil, err
	}
	if i.Platform.ID == "" || i.Platform.Loader == "" {
		return nil, fmt.Errorf("%w: platform without id or loader", ErrDamaged)
	}
	return &i, nil
}

// ModuleName returns what a driver's module is called: as the image says, else
// by the driver's own name.
func (d *Driver) ModuleName() string { return modalias.NameOf(cmp.Or(d.Module, d.Name)) }

// Catalog returns the catalogue with this one platform and no extension. Its
// name is the platform's, its version the beginning of the image's hash.
func (i *Imported) Catalog() *Catalog {
	var b Builder
	p := i.Platform
	p.Drivers, p.Initrd = i.addDrivers(&b), nil
	for j := range i.Modules {
		m := &i.Modules[j]
		p.Initrd = append(p.Initrd, b.AddModule(m.module(), m.Aliases))
	}
	b.AddPlatform(p)
	b.AddSource(Provenance{Source: p.Evidence, SHA256: i.Kernel.SHA256, Date: i.Date})
	return b.Catalog(p.ID, i.Kernel.SHA256[:min(len(i.Kernel.SHA256), 12)], i.Date)
}

// addDrivers adds the drivers of the image as modules, one a name, and those of
// which no more is known.
func (i *Imported) addDrivers(b *Builder) (positions []int) {
	aliases := map[string][]string{}
	for j := range i.Drivers {
		name := i.Drivers[j].ModuleName()
		aliases[name] = append(aliases[name], i.Drivers[j].Aliases...)
	}
	for _, name := range i.Configured {
		aliases[name] = append(aliases[name], nil...)
	}
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		positions = append(positions, b.AddModule(Module{File: name + ".ko", Name: name}, aliases[name]))
	}
	return positions
}
