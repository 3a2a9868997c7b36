package catalog

import (
	"cmp"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
)

// Check finds what only shows when everything is in place: what the modules of
// each recipe need, in which order, who else ships them, whether they fit the
// platform's kernel, and which extensions get into each other's way.
//
// File is the URL of the recipe. A catalogue without symbols is checked as far
// as its facts go. One finding may come several times; see [MergeFindings].
func (c *Catalog) Check() []Finding {
	k := newChecker(c)
	for i := range c.Platforms {
		s := k.site(&c.Platforms[i])
		k.duplicates(s)
		k.rivals(s)
		for e := range c.extensionsOf(s.platform) {
			k.recipe(s, e, e.RecipeFor(s.platform.ID))
		}
	}
	for i := range c.strays {
		e := &c.strays[i]
		for _, id := range sortedKeys(e.Releases) {
			k.recipe(k.siteOf(e.Loader, id), e, &e.Recipes[e.Releases[id]])
		}
	}
	return k.list
}

// checker holds what the checks of one catalogue share.
type checker struct {
	c        *Catalog
	list     []Finding
	sites    map[key]*site
	abis     map[string]*ABI // by what is known of the kernel
	byKernel map[string][]int
	signed   map[string]bool // "name release" of modules that bear a signature
	flavours map[string]bool
	ids      map[int][]pciID // by alias set
}

// site is one platform with what everybody would load on it.
type site struct {
	platform *Platform
	loads    loads
	abi      *ABI
}

func newChecker(c *Catalog) *checker {
	k := &checker{c: c, sites: map[key]*site{}, abis: map[string]*ABI{}, byKernel: map[string][]int{},
		signed: map[string]bool{}, flavours: map[string]bool{}, ids: map[int][]pciID{}}
	for i := range c.Modules {
		if m := &c.Modules[i]; m.Signed {
			k.signed[m.Name+" "+m.release()] = true
		}
	}
	for i := range c.Platforms {
		p := &c.Platforms[i]
		k.flavours[p.Flavour] = p.Flavour != ""
		for at := range c.modulesOn(p) {
			k.byKernel[kernelOf(p)] = append(k.byKernel[kernelOf(p)], at)
		}
	}
	return k
}

// modulesOn yields the modules that a platform's own initrd and its extensions
// have.
func (c *Catalog) modulesOn(p *Platform) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, at := range p.Initrd {
			if !yield(at) {
				return
			}
		}
		for e := range c.extensionsOf(p) {
			for _, k := range e.RecipeFor(p.ID).Kmods {
				if !yield(k.Module) {
					return
				}
			}
		}
	}
}

// kernelOf is what platforms of one kernel have in common; a platform whose
// flavour or kernel is not known stands alone.
func kernelOf(p *Platform) string {
	release := cmp.Or(p.KernelRelease, p.KernelVersion)
	if p.Flavour == "" || release == "" {
		return p.Loader + " " + p.ID
	}
	return p.Flavour + " " + strings.TrimSuffix(release, "+")
}

func (k *checker) site(p *Platform) *site {
	at := key{p.Loader, p.ID}
	if s, known := k.sites[at]; known {
		return s
	}
	s := &site{p, k.c.loadsOn(p), k.abi(p)}
	k.sites[at] = s
	return s
}

// abi is shared by platforms of which the same is known: learning from a
// thousand modules takes longer than judging them.
func (k *checker) abi(p *Platform) *ABI {
	kernel := kernelOf(p)
	known := kernel + " " + cmp.Or(p.KernelRelease, p.KernelVersion)
	if len(p.Exports)+len(p.Initrd) > 0 {
		known += " " + p.ID
	}
	if k.abis[known] == nil {
		k.abis[known] = k.c.abiOf(p, slices.Values(k.byKernel[kernel]))
	}
	return k.abis[known]
}

// siteOf is the site of a platform by its id; of one that no index serves
// nothing is known.
func (k *checker) siteOf(loader, id string) *site {
	for i := range k.c.Platforms {
		if p := &k.c.Platforms[i]; p.ID == id && p.Loader == loader {
			return k.site(p)
		}
	}
	return k.site(&Platform{ID: id, Loader: loader})
}

func (k *checker) found(code string, f Finding, what string) {
	k.list = append(k.list, NewFinding(code, f, what))
}

// recipe checks one recipe on one platform.
func (k *checker) recipe(s *site, e *Extension, r *Recipe) {
	where := Finding{Extension: e.ID, Platform: s.platform.ID, File: r.URL}
	for i := range r.Kmods {
		m := &k.c.Modules[r.Kmods[i].Module]
		where.Module = m.File
		k.module(s, m, where)
		if e.Pack {
			continue
		}
		k.firmware(r, m, where)
		if r.Kmods[i].loaded() {
			k.presence(s, m, where)
		}
	}
	if !e.Pack {
		k.order(s, r, where)
		k.labels(s, r, where)
	}
}

// module checks what a file alone and the platform's kernel say.
func (k *checker) module(s *site, m *Module, where Finding) {
	abi := s.abi
	if kernelKnown := len(k.byKernel[kernelOf(s.platform)]) > 0; !kernelKnown {
		abi = k.byRelease(m)
	}
	for _, j := range abi.Judge(m) {
		if j.Verdict == Refused {
			k.found(j.Code, where, m.File+": "+j.Evidence)
		}
	}
	if m.Name != modalias.NameOf(m.File) {
		k.found("module-name-differs-from-file", where, m.File+" is the module "+m.Name)
	}
	if m.Aliases != None {
		if alias := tooWide(m, k.c.AliasSets[m.Aliases]); alias != "" {
			k.found("module-alias-too-wide", where, m.File+" claims "+alias)
		}
	}
}

// byRelease is for platforms of which nothing is known: the module is held against
// all others that say they are for the same kernel release.
func (k *checker) byRelease(m *Module) *ABI {
	release := m.release()
	if k.abis[release] == nil {
		k.abis[release] = k.c.abiOf(&Platform{}, func(yield func(int) bool) {
			for i := range k.c.Modules {
				if k.c.Modules[i].release() == release && !yield(i) {
					return
				}
			}
		})
	}
	return k.abis[release]
}

// release is the kernel release in a module's vermagic.
func (m *Module) release() string {
	release, _, _ := strings.Cut(m.Vermagic, " ")
	return release
}

// presence finds modules that the platform has, or may have, already. Of a
// platform that is known to have others it is known that it lacks this one.
func (k *checker) presence(s *site, m *Module, where Finding) {
	switch {
	case s.has(k.c, m.Name):
		k.found("module-builtin", where, m.File+" is built in or in the initrd")
	case len(s.platform.Builtin)+len(s.platform.Initrd) > 0:
	case m.Signed:
		k.found("module-maybe-builtin", where, m.File+" is signed, as modules of an OS image are")
	case k.signed[m.Name+" "+m.release()]:
		k.found("module-maybe-builtin", where, m.File+" is shipped elsewhere for the same kernel release with the signature of an OS image")
	}
}

// has says whether the platform's kernel or initrd is known to have a module.
func (s *site) has(c *Catalog, name string) bool {
	return slices.Contains(s.platform.Builtin, name) ||
		slices.ContainsFunc(s.platform.Initrd, func(at int) bool { return c.Modules[at].Name == name })
}

// firmware finds modules whose files are not in the recipe.
func (k *checker) firmware(r *Recipe, m *Module, where Finding) {
	var absent []string
	for _, file := range m.Firmware {
		if !r.Ships(file) {
			absent = append(absent, file)
		}
	}
	if len(absent) > 0 {
		k.found("module-firmware-not-shipped", where, m.File+" may ask for "+firstFew(absent))
	}
}

// labels finds files whose name says another flavour than the platform's.
func (k *checker) labels(s *site, r *Recipe, where Finding) {
	for _, f := range r.Files {
		for label := range strings.FieldsFuncSeq(path.Base(f.URL), func(c rune) bool { return strings.ContainsRune("-_.", c) }) {
			if k.flavours[label] && s.platform.Flavour != "" && label != s.platform.Flavour {
				where.Module = f.Name
				k.found("recipe-flavour-label-mismatch", where, fmt.Sprintf("%s is for %s, %s is %s", path.Base(f.URL), label, s.platform.ID, s.platform.Flavour))
			}
		}
	}
}
