package catalog

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// The verdicts on one aspect of a module. Unknown is never Passed: what cannot
// be compared has not been.
const (
	Passed  = "passed"
	Refused = "refused"
	Unknown = "unknown"
)

// Judgement is the verdict on one aspect of a module's binary interface.
type Judgement struct {
	Aspect   string // "symbol table", "vermagic", "struct module", "checksums" or "symbols"
	Verdict  string // Passed, Refused or Unknown
	Code     string // the catalogue check code of a refusal
	Evidence string // what was compared with what, or what is missing for that
}

// ABI is what is known about the binary interface of one kernel: what its
// platform says, and what the modules that are there for it have in common. It
// is the gate in front of everything that is packed or loaded.
type ABI struct {
	platform *Platform
	vermagic votes[string]
	layout   votes[Layout]
	own      votes[Layout] // of signed modules, which are the OS's
	crcs     map[string]votes[uint32]
	exports  map[string]bool // of the kernel and all modules; nil where the kernel's are unknown
}

// enough is how many modules must agree before others are held against them.
const enough = 3

// NewABI learns from a platform, from the modules of its initrd, which are the
// OS's own, and from those that are packaged for its kernel. Each different
// module counts once, however often it comes.
func NewABI(p *Platform, initrd, packaged iter.Seq[*Module]) *ABI {
	a := &ABI{platform: p, crcs: map[string]votes[uint32]{}}
	if len(p.Exports) > 0 {
		a.exports = map[string]bool{}
		a.export(p.Exports)
	}
	seen := map[*Module]bool{}
	for i, list := range []iter.Seq[*Module]{initrd, packaged} {
		for m := range list {
			if m.tells() && !seen[m] {
				seen[m] = true
				a.learn(m, i == 0)
			}
		}
	}
	return a
}

// tells says whether anything is known of the module's binary interface: of
// most packs there are tables only.
func (m *Module) tells() bool {
	return m.Vermagic != "" || m.Layout != nil || len(m.CRCs) > 0 || len(m.Exports) > 0
}

// abiOf is NewABI for modules by their positions.
func (c *Catalog) abiOf(p *Platform, packaged iter.Seq[int]) *ABI {
	return NewABI(p, c.at(slices.Values(p.Initrd)), c.at(packaged))
}

// at yields the modules at positions.
func (c *Catalog) at(positions iter.Seq[int]) iter.Seq[*Module] {
	return func(yield func(*Module) bool) {
		for at := range positions {
			if !yield(&c.Modules[at]) {
				return
			}
		}
	}
}

func (a *ABI) learn(m *Module, own bool) {
	if m.Vermagic != "" {
		a.vermagic.add(m.Vermagic)
	}
	// Libraries such as i2c_algo_bit have no init function; the place of the
	// exit function is left out, because drivers may lack one.
	if m.Layout != nil && m.Layout.Init != 0 && a.otherKernel(m) == "" {
		shape := Layout{Size: m.Layout.Size, Init: m.Layout.Init}
		a.layout.add(shape)
		if m.Signed || own {
			a.own.add(shape)
		}
	}
	for symbol, crc := range m.CRCs {
		v := a.crcs[symbol]
		v.add(crc)
		a.crcs[symbol] = v
	}
	a.export(m.Exports)
}

func (a *ABI) export(symbols []string) {
	if a.exports == nil {
		return
	}
	for _, s := range symbols {
		a.exports[s] = true
	}
}

// Judge returns the verdict on each aspect of a module, the most certain
// reason for a refusal first.
func (a *ABI) Judge(m *Module) []Judgement {
	all := make([]Judgement, len(aspects))
	for i, aspect := range aspects {
		all[i] = aspect(a, m)
	}
	return all
}

var aspects = [...]func(*ABI, *Module) Judgement{(*ABI).symbolTable, (*ABI).kernel, (*ABI).structModule, (*ABI).checksums, (*ABI).symbols}

// Refusal returns the first aspect by which the kernel would refuse the module
// or crash on it, and whether there is one.
func (a *ABI) Refusal(m *Module) (Judgement, bool) {
	for _, aspect := range aspects {
		if j := aspect(a, m); j.Verdict == Refused {
			return j, true
		}
	}
	return Judgement{}, false
}

// symbolTable: a catalogue says so where a module is stripped; tables made of
// packs say nothing about their files, and have no vermagic either.
func (a *ABI) symbolTable(m *Module) Judgement {
	j := Judgement{Aspect: "symbol table", Verdict: Passed, Code: "module-stripped"}
	switch {
	case m.Stripped:
		j.Verdict, j.Evidence = Refused, "it is stripped of its symbol table or relocations and cannot be loaded"
	case m.Vermagic == "" && m.Layout == nil:
		j.Verdict, j.Evidence = Unknown, "the file was not read"
	}
	return j
}

func (a *ABI) kernel(m *Module) Judgement {
	j := Judgement{Aspect: "vermagic", Verdict: Passed, Code: "recipe-vermagic-mismatch"}
	usual, count, sure := a.vermagic.majority()
	other := a.otherKernel(m)
	switch {
	case m.Vermagic == "":
		j.Verdict, j.Evidence = Unknown, "its vermagic is not known"
	case other != "":
		j.Verdict, j.Evidence = Refused, other
	case sure && m.Vermagic != usual && a.otherKernel(&Module{Vermagic: usual}) == "":
		j.Verdict, j.Evidence = Refused, fmt.Sprintf("its vermagic is %q, that of %d other modules for this kernel %q", m.Vermagic, count, usual)
	case !sure:
		j.Verdict, j.Evidence = Unknown, "too few modules for this kernel are known to compare its vermagic with"
	}
	return j
}

// otherKernel says why the kernel would reject the module by the release in
// its vermagic, or "". "4.4.180+" and "4.4.180" are one kernel where only its
// version is known.
func (a *ABI) otherKernel(m *Module) string {
	built, _, _ := strings.Cut(m.Vermagic, " ")
	runs := cmp.Or(a.platform.KernelRelease, a.platform.KernelVersion)
	same := built == runs
	if a.platform.KernelRelease == "" {
		same = strings.TrimSuffix(built, "+") == runs
	}
	if built == "" || runs == "" || same {
		return ""
	}
	return fmt.Sprintf("it was built for kernel %s, the platform runs %s", built, runs)
}

// structModule compares the layout of struct module with that of the OS's own
// modules, which are signed, else with the majority's.
func (a *ABI) structModule(m *Module) Judgement {
	j := Judgement{Aspect: "struct module", Verdict: Passed, Code: "module-struct-layout"}
	usual, count, sure := a.own.unanimous()
	whose := "signed modules for this kernel"
	if !sure {
		usual, count, sure = a.layout.majority()
		whose = "other modules for this kernel"
	}
	switch {
	case m.Layout == nil:
		j.Verdict, j.Evidence = Unknown, "its layout of struct module is not known"
	case a.kernel(m).Verdict == Refused:
		j.Verdict, j.Evidence = Unknown, "it is for another kernel, whose modules it is not compared with"
	case !sure:
		j.Verdict, j.Evidence = Unknown, "too few modules for this kernel are known to compare its layout with"
	case m.Layout.Size != usual.Size || m.Layout.Init != 0 && m.Layout.Init != usual.Init:
		j.Verdict = Refused
		j.Evidence = fmt.Sprintf("its struct module has %s; that of %d %s has %s", m.Layout, count, whose, usual)
	}
	return j
}

// String words a layout: "size 544, init at 296".
func (l Layout) String() string {
	if l.Init == 0 {
		return fmt.Sprintf("size %d", l.Size)
	}
	return fmt.Sprintf("size %d, init at %d", l.Size, l.Init)
}

func (a *ABI) checksums(m *Module) Judgement {
	j := Judgement{Aspect: "checksums", Verdict: Passed, Code: "module-crc-mismatch"}
	if len(m.CRCs) == 0 {
		j.Verdict, j.Evidence = Unknown, "it has no symbol checksums"
		return j
	}
	for _, symbol := range sortedKeys(m.CRCs) {
		v := a.crcs[symbol]
		if crc, count, sure := v.majority(); sure && crc != m.CRCs[symbol] {
			j.Verdict = Refused
			j.Evidence = fmt.Sprintf("its checksum of %s is %#08x, that of %d other modules for this kernel %#08x", symbol, m.CRCs[symbol], count, crc)
			return j
		}
	}
	return j
}

func (a *ABI) symbols(m *Module) Judgement {
	j := Judgement{Aspect: "symbols", Verdict: Passed, Code: "module-symbol-unresolved"}
	switch {
	case a.exports == nil:
		j.Verdict, j.Evidence = Unknown, "the exports of the kernel are not known"
		return j
	case m.Imports == nil:
		j.Verdict, j.Evidence = Unknown, "its imports are not known"
		return j
	}
	var open []string
	for _, symbol := range m.Imports {
		if !a.exports[symbol] {
			open = append(open, symbol)
		}
	}
	if len(open) > 0 {
		j.Verdict, j.Evidence = Refused, "neither the kernel nor any module for it exports "+firstFew(open)
	}
	return j
}

// firstFew words a list, the first few by name.
func firstFew(list []string) string {
	const shown = 3
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:shown], ", "), len(list)-shown)
}
