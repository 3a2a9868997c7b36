package recommend

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// A Serving is the answer to "which module drives this?" for one loader and
// one module.
type Serving struct {
	Loader    string   `json:"loader"`
	Module    string   `json:"module"`              // internal name; "" where the loader has none
	Certainty string   `json:"certainty,omitempty"` // "known", "possible" where more than the query decides, or "assumed"
	Class     bool     `json:"class,omitzero"`      // the module claims the whole class
	Platforms []string `json:"platforms"`           // that have it
	Without   []string `json:"without"`             // platforms of the loader that have it not
	Builtin   []string `json:"builtin,omitzero"`    // of Platforms, those whose kernel has it built in
	Since     string   `json:"since,omitempty"`     // oldest OS version, or kernel, among Platforms
	Extension string   `json:"extension"`           // that ships it: the first by id where Extensions are more
	More      []string `json:"more,omitzero"`       // the other extensions that ship it
}

// QueryError is returned by [Which] for a query that is neither ids nor a
// device string nor a module known anywhere.
type QueryError struct{ Query string }

// Error says what nobody knows.
func (e *QueryError) Error() string {
	if strings.Contains(e.Query, ":") {
		return fmt.Sprintf("%q is neither ids nor a modalias", e.Query)
	}
	return fmt.Sprintf("no module is called %q", e.Query)
}

// Hint returns what a query looks like.
func (e *QueryError) Hint() string {
	return "ask for ids (8086:15f3), a modalias (pci:v00008086d000015F3…) or a module (igc)"
}

var (
	idPair = regexp.MustCompile(`^\[?([0-9a-fA-F]{4}):([0-9a-fA-F]{4})\]?$`)
	onBus  = regexp.MustCompile(`^[a-z][a-z0-9_-]*:`) // how all modaliases begin
)

// Which answers for a pair of PCI or USB ids, a device string of the kernel, or
// the name of a module: one Serving a loader and module, loaders in the order
// of the catalogues, certain answers before possible ones. A loader without
// such a module has one Serving with an empty Module. An id that no module
// claims gives those alone.
//
// Disk and USB controllers are the exception: no package brings their drivers,
// because such kernels have them. Where Linux has one, it is "assumed" to be
// built into the platforms whose kernels nothing is known of.
//
// It returns a [*QueryError] for a name that is no module's, and for what has a
// colon and is neither ids nor a modalias.
func Which(cats []*catalog.Catalog, query string) ([]Serving, error) {
	w := newWorld(cats, nil)
	claims := w.asked(query)
	if claims == nil {
		return nil, &QueryError{query}
	}
	w.open("", w.related([]subject{{claims: claims}}))
	var list []Serving
	for _, loader := range w.loaders() {
		list = append(list, w.serving(loader, claims)...)
	}
	return list, nil
}

// asked turns a query into claims: nil where it names nothing.
func (w *world) asked(query string) []claim {
	if ids := idPair.FindStringSubmatch(query); ids != nil {
		vendor, device := strings.ToLower(ids[1]), strings.ToLower(ids[2])
		claims := w.claimsOn(modalias.PCIKey(vendor, device, "", "", ""))
		claims = append(claims, w.claimsOn(modalias.USBKey(vendor, device, "", "", "", ""))...)
		return notNil(slices.DeleteFunc(claims, func(c claim) bool { return c.kind != modalias.Exact && c.verdict != modalias.Certain }))
	}
	switch {
	case onBus.MatchString(query):
		return notNil(w.claimsOn(query))
	case strings.Contains(query, ":"):
		return nil
	}
	return w.called(internal([]string{query})[0])
}

// called returns the modules of one name, as if they claimed something.
func (w *world) called(name string) []claim {
	var list []claim
	for cat, c := range w.cats {
		for i := range c.Modules {
			if c.Modules[i].Name == name {
				list = append(list, claim{ref: ref{cat, i}, verdict: modalias.Certain})
			}
		}
	}
	return list
}

func (w *world) loaders() []string {
	var list []string
	for _, s := range w.sites {
		if !slices.Contains(list, s.loader) {
			list = append(list, s.loader)
		}
	}
	return list
}

// serving answers for one loader.
func (w *world) serving(loader string, claims []claim) []Serving {
	byName := map[string][]claim{}
	for _, c := range claims {
		name := w.module(c.ref).Name
		byName[name] = append(byName[name], c)
	}
	var list []Serving
	for name, claims := range byName {
		if s := w.servingOf(loader, name, claims); len(s.Platforms) > 0 {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return []Serving{w.assumed(loader, w.servingOf(loader, "", nil), claims)}
	}
	slices.SortFunc(list, func(a, b Serving) int {
		return cmp.Or(strings.Compare(a.Certainty, b.Certainty), // "known" before "possible"
			len(b.Platforms)-len(a.Platforms), strings.Compare(a.Module, b.Module))
	})
	return list
}

// assumed turns a loader's "no module" into the driver that its kernels are
// assumed to have, where one of the claims is of such a driver.
func (w *world) assumed(loader string, none Serving, claims []claim) Serving {
	silent := func(s *site) bool { return s.loader != loader || !s.knows("pci") }
	i := slices.IndexFunc(claims, func(c claim) bool { return w.ownDrivers[c.ref] })
	if i < 0 || slices.ContainsFunc(w.sites, func(s *site) bool { return !silent(s) }) {
		return none
	}
	return Serving{Loader: loader, Module: w.module(claims[i].ref).Name, Certainty: plan.Assumed,
		Platforms: none.Without, Without: []string{}, Builtin: none.Without}
}

// kernelDrivers returns the modules of distributions that claim all of a class
// that platforms drive with their own kernel, as ahci does.
func (w *world) kernelDrivers() map[ref]bool {
	const nobody = "ffff" // no ids, so that only a class can match
	own := map[ref]bool{}
	for _, class := range platform.KernelClasses() {
		for _, c := range w.claimsOn(modalias.PCIKey(nobody, nobody, nobody, nobody, class)) {
			if w.reference[c.ref] && c.kind == modalias.ClassWide {
				own[c.ref] = true
			}
		}
	}
	return own
}

// servingOf answers for one loader and module.
func (w *world) servingOf(loader, name string, claims []claim) Serving {
	out := Serving{Loader: loader, Module: name, Platforms: []string{}, Without: []string{}}
	if name != "" {
		out.Certainty, out.Class = strongest(claims)
	}
	var extensions []string
	var oldest []int
	for _, s := range w.sites {
		if s.loader != loader {
			continue
		}
		from, has := s.source(name, claims)
		if !has {
			out.Without = append(out.Without, s.platform.ID)
			continue
		}
		out.Platforms = append(out.Platforms, s.platform.ID)
		if len(from) == 0 {
			out.Builtin = append(out.Builtin, s.platform.ID)
		}
		extensions = append(extensions, from...)
		if since := s.age(); since != "" && (out.Since == "" || slices.Compare(version(since), oldest) < 0) {
			out.Since, oldest = since, version(since)
		}
	}
	slices.Sort(extensions)
	if extensions = slices.Compact(extensions); len(extensions) > 0 {
		out.Extension, out.More = extensions[0], extensions[1:]
	}
	return out
}

// age is what platforms of one loader are older or newer by: the OS version,
// or the release of a distribution's kernel.
func (s *site) age() string {
	if s.loader == linux {
		return s.kernel()
	}
	return s.platform.OSVersion
}

// strongest says how certain the best of some claims is, and whether all of
// them are on the class.
func strongest(claims []claim) (certainty string, class bool) {
	certainty, class = plan.Possible, true
	for _, c := range claims {
		if c.verdict == modalias.Certain {
			certainty = plan.Known
		}
		class = class && c.kind == modalias.ClassWide
	}
	return certainty, class
}

// source returns the extensions of a platform that ship a claiming module, or
// none where its own kernel has it.
func (s *site) source(name string, claims []claim) (extensions []string, has bool) {
	for _, c := range claims {
		for _, i := range s.of(c.ref) {
			if s.offers[i].bad == "" {
				extensions = append(extensions, s.offers[i].ext.ID)
			}
		}
	}
	return extensions, len(extensions) > 0 || slices.ContainsFunc(claims, s.drives)
}
