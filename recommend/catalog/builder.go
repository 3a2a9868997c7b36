package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// Builder puts a catalogue together from sources of any number and order. What
// is equal is stored once, and the result depends on what was added, not on
// the order in which the modules and sources came.
//
// The zero value is an empty catalogue.
type Builder struct {
	sets       map[string]int
	modules    map[string]int
	platforms  map[key]int
	extensions map[key]int
	cat        Catalog

	dropSymbols bool
}

// key identifies a platform or an extension: ids are unique within a loader.
type key struct{ loader, id string }

// ModuleFile returns the base name of a module file without its compression
// suffix: "igc.ko" of "kernel/drivers/net/igc.ko.xz".
func ModuleFile(file string) string {
	base := file[strings.LastIndexByte(file, '/')+1:]
	if name, _, found := strings.Cut(base, ".ko"); found {
		return name + ".ko"
	}
	return base
}

// AddSource records where facts come from; equal records are kept once.
func (b *Builder) AddSource(p Provenance) {
	if !slices.Contains(b.cat.Provenance, p) {
		b.cat.Provenance = append(b.cat.Provenance, p)
	}
}

// AddModule returns the position of a module with these facts and this alias
// set, in any order and with duplicates, adding it where it is new. m.Aliases
// is ignored. A .ko may hold any bytes: what is not UTF-8 becomes "?", because
// JSON can hold nothing else.
func (b *Builder) AddModule(m Module, aliases []string) int {
	m.Aliases = b.addAliases(validUTF8(aliases))
	if b.dropSymbols {
		m.Imports, m.Exports, m.CRCs = nil, nil, nil
	}
	for _, s := range []*string{&m.File, &m.Name, &m.Vermagic} {
		*s = strings.ToValidUTF8(*s, "?")
	}
	for _, list := range []*[]string{&m.Depends, &m.SoftPre, &m.SoftPost, &m.Firmware, &m.Imports, &m.Exports} {
		*list = validUTF8(*list)
	}
	m.Depends = slices.Compact(slices.Sorted(slices.Values(m.Depends)))
	m.Firmware = slices.Compact(slices.Sorted(slices.Values(m.Firmware)))
	identity, err := json.Marshal(&m)
	if err != nil {
		panic(err) // a Module holds only numbers, valid text, and JSON that was read before
	}
	return intern(&b.modules, &b.cat.Modules, string(identity), m)
}

// validUTF8 returns the list itself where all of it is valid.
func validUTF8(list []string) []string {
	invalid := func(s string) bool { return !utf8.ValidString(s) }
	if !slices.ContainsFunc(list, invalid) {
		return list
	}
	list = slices.Clone(list)
	for i, s := range list {
		list[i] = strings.ToValidUTF8(s, "?")
	}
	return list
}

func (b *Builder) addAliases(aliases []string) int {
	if len(aliases) == 0 {
		return None
	}
	set := slices.Compact(slices.Sorted(slices.Values(aliases)))
	return intern(&b.sets, &b.cat.AliasSets, strings.Join(set, "\x00"), set)
}

// intern returns the position of the value with this identity in table.
func intern[K comparable, V any](seen *map[K]int, table *[]V, identity K, value V) int {
	if at, found := (*seen)[identity]; found {
		return at
	}
	if *seen == nil {
		*seen = map[K]int{}
	}
	(*seen)[identity] = len(*table)
	*table = append(*table, value)
	return len(*table) - 1
}

// AddPlatform adds a platform, or what it knows to the one of the same loader
// and ID: fields that are empty there are filled, the others stay.
func (b *Builder) AddPlatform(p Platform) {
	at := intern(&b.platforms, &b.cat.Platforms, key{p.Loader, p.ID}, p)
	fillPlatform(&b.cat.Platforms[at], p)
}

func fillPlatform(p *Platform, from Platform) {
	p.Flavour = cmp.Or(p.Flavour, from.Flavour)
	p.OSVersion = cmp.Or(p.OSVersion, from.OSVersion)
	p.Build = cmp.Or(p.Build, from.Build)
	p.KernelVersion = cmp.Or(p.KernelVersion, from.KernelVersion)
	p.KernelRelease = cmp.Or(p.KernelRelease, from.KernelRelease)
	p.Evidence = cmp.Or(p.Evidence, from.Evidence)
	fill(&p.Models, from.Models)
	fill(&p.Builtin, from.Builtin)
	fill(&p.Initrd, from.Initrd)
	fill(&p.Drivers, from.Drivers)
	fill(&p.Buses, from.Buses)
	fill(&p.Exports, from.Exports)
}

func fill[T any](to *[]T, from []T) {
	if len(*to) == 0 {
		*to = from
	}
}

// AddExtension adds an extension. Of two with the same loader and ID the first
// stays and AddExtension returns false for the second.
func (b *Builder) AddExtension(e Extension) bool {
	before := len(b.cat.Extensions)
	return intern(&b.extensions, &b.cat.Extensions, key{e.Loader, e.ID}, e) == before
}

// AddStray adds recipes that no index leads to, for [Catalog.Check]: they are
// checked like those of an extension and are never written. Releases says for
// which platforms they seem to be.
func (b *Builder) AddStray(e Extension) { b.cat.strays = append(b.cat.strays, e) }

// AddFirmware adds a distribution's package of firmware files.
func (b *Builder) AddFirmware(f FirmwarePackage) {
	b.cat.Firmware = append(b.cat.Firmware, f)
}
