package source

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/vmlinux"
	"github.com/modscout/modscout/recommend/catalog"
)

// PlatformFiles are the contents of a platform's own files.
type PlatformFiles struct {
	Kernel []byte
	Name   string // of the kernel's file, for people
	Initrd []byte // nil: there is none
	Config []byte // .config; nil: as far as the kernel carries it
}

// ImportPlatform reads what a platform's kernel and initrd have. p says what the
// files do not: ID and Loader at least; an empty ID becomes "linux:RELEASE".
//
// bad are parts of the initrd that could not be read. The error is for a
// kernel that cannot be read (package vmlinux has the kinds), or an initrd of
// which nothing can.
func ImportPlatform(p catalog.Platform, files PlatformFiles) (i *catalog.Imported, bad []error, err error) {
	image, err := vmlinux.Read(files.Kernel)
	if err != nil {
		return nil, nil, err
	}
	if p.ID == "" {
		p.ID, p.Loader, p.Flavour = "linux:"+image.Release, "linux", "linux"
	}
	p.KernelRelease, p.KernelVersion = image.Release, kernelVersion.FindString(image.Release)
	p.Evidence = cmp.Or(files.Name, "kernel image")
	p.Exports, p.Buses = image.Exports, image.Buses
	i = &catalog.Imported{
		Schema: catalog.ImportedSchema, Date: builtOn(image.Banner), Platform: p,
		Kernel: catalog.KernelFile{
			SHA256: sum(files.Kernel), Banner: image.Banner, Compression: image.Compression, Symbols: image.Symbols,
		},
		Drivers: []catalog.Driver{},
	}
	if config := cmp.Or(string(files.Config), string(image.Config)); config != "" {
		i.Kernel.Config, i.Configured = sum([]byte(config)), vmlinux.Configured([]byte(config))
	}
	for _, d := range image.Drivers {
		i.Drivers = append(i.Drivers, catalog.Driver(d))
	}
	if files.Initrd != nil {
		bad, err = addInitrd(i, files.Initrd)
	}
	return i, bad, err
}

func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

// unixDate is how a banner ends, but for Debian's: with the time of the build.
var unixDate = regexp.MustCompile(` (\w{3} \w{3} +\d+ [\d:]{8}) \w+ (\d{4})$`)

// builtOn returns the day on which a kernel was built, "" where its banner does
// not say.
func builtOn(banner string) string {
	if part := debianBuild.FindStringSubmatch(banner); part != nil {
		return part[2]
	}
	if part := unixDate.FindStringSubmatch(banner); part != nil {
		if day, err := time.Parse("Mon Jan _2 15:04:05 2006", part[1]+" "+part[2]); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return ""
}

// addInitrd adds the modules of an initrd and, where it has a copy of it, what
// modules.builtin says of the kernel.
func addInitrd(i *catalog.Imported, initrd []byte) (bad []error, err error) {
	modules, bad, err := ko.ReadArchive(bytes.NewReader(initrd), archive.Default)
	if err != nil && (len(modules) == 0 || !errors.Is(err, archive.ErrFormat)) {
		return nil, initrdError(err, initrd)
	}
	if err != nil { // such as a signature behind the archive
		bad = append(bad, fmt.Errorf("initrd: what follows the archive was not read: %w", err))
	}
	i.Initrd = &catalog.InitrdFile{SHA256: sum(initrd)}
	for _, m := range modules {
		i.Modules = append(i.Modules, initrdModule(m))
	}
	slices.SortFunc(i.Modules, func(a, b catalog.InitrdModule) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File))
	})
	if i.Platform.Builtin == nil {
		i.Platform.Builtin = builtinOf(initrd)
	}
	return bad, nil
}

// initrdError says what is wrong with a file that should be an initrd.
func initrdError(err error, data []byte) error {
	if _, kernel := vmlinux.Read(data); kernel == nil {
		return hint.With(errors.New("the initrd is a kernel"), "give it with --kernel, and the initrd with --initrd")
	}
	return fmt.Errorf("initrd: %w", err)
}

// initrdModule keeps what a document can hold: a .ko may hold any bytes, JSON
// only UTF-8.
func initrdModule(m *ko.Module) catalog.InitrdModule {
	text := func(s string) string { return strings.ToValidUTF8(s, "?") }
	list := func(list []string) []string {
		out := slices.Clone(list)
		for i, s := range out {
			out[i] = text(s)
		}
		return out
	}
	out := catalog.InitrdModule{
		File: text(catalog.ModuleFile(m.File)), Name: text(cmp.Or(m.Name, modalias.NameOf(m.File))),
		Aliases: slices.Compact(slices.Sorted(slices.Values(list(m.Aliases)))), Depends: list(names(m.Depends)),
		SoftPre: list(names(m.SoftPre)), SoftPost: list(names(m.SoftPost)), Firmware: list(m.Firmware),
		Vermagic: text(m.Vermagic), Exports: list(m.Exports),
	}
	if m.Layout.Size > 0 {
		out.Layout = &catalog.Layout{Size: m.Layout.Size, Init: m.Layout.Init, Exit: m.Layout.Exit}
	}
	return out
}

// builtinOf returns the names in an initrd's lib/modules/VERSION/modules.builtin,
// which initramfs-tools and dracut copy, or nil.
func builtinOf(initrd []byte) []string {
	var list []string
	archive.Walk(bytes.NewReader(initrd), archive.Default, func(e archive.Entry) error {
		if !e.Regular || path.Base(e.Name) != "modules.builtin" {
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(e.Body, maxFile))
		for file := range strings.FieldsSeq(string(text)) {
			list = append(list, modalias.NameOf(file))
		}
		return err
	})
	slices.Sort(list)
	return slices.Compact(list)
}
