// Package verify checks a plan against the report and the catalogues that it
// was made from. It shares no code with package recommend and none of its
// ideas: where that searches, this looks at the result.
//
// What "minimum" means is the scope that the plan's proof states: of the
// modules that compete for a device, those whose claim is as strong as that of
// the chosen one, no smaller set drives the same devices. That is tried out by
// brute force where the choice is small (see [MaxSets]), and left alone where
// it is not.
package verify

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Problem is one thing that is wrong with a plan.
type Problem struct {
	Code    string `json:"code"`             // stable, see the constants
	Subject string `json:"subject"`          // device id, module or extension that it is about
	Text    string `json:"text"`             // what is wrong
	Device  bool   `json:"device,omitempty"` // Subject is a device id
}

// String returns the problem as one line: code, subject and text, with tabs between.
func (p Problem) String() string { return fmt.Sprintf("%s\t%s\t%s", p.Code, p.Subject, p.Text) }

// The codes of problems.
const (
	IDDiffers          = "id-differs"           // the plan's id is not the hash of its content
	ReportDiffers      = "report-differs"       // the plan answers another report
	CatalogDiffers     = "catalog-differs"      // the plan was made with another catalogue
	PlatformUnknown    = "platform-unknown"     // no catalogue has the platform
	PlatformDiffers    = "platform-differs"     // its version, build, flavour or kernel are not the catalogue's
	DevicesDiffer      = "devices-differ"       // not every device of the report has one verdict, in order
	VerdictUnknown     = "verdict-unknown"      // a word that is no verdict, importance or certainty
	ModuleTwice        = "module-twice"         // a module is in the plan more than once
	ModuleNotOffered   = "module-not-offered"   // the extension does not ship it for the platform
	ModuleDiffers      = "module-differs"       // file, hash or arguments are not the catalogue's
	ModuleRefused      = "module-refused"       // it cannot be installed or loaded there
	ModuleRuledOut     = "module-ruled-out"     // --without names it
	ModuleInPlatform   = "module-in-platform"   // the platform has it already
	ModuleNeedless     = "module-needless"      // no device and no module needs it
	ModuleOrder        = "module-order"         // a module that it needs is loaded after it
	DependencyMissing  = "dependency-missing"   // a module that it needs is not in the plan
	RequiredByDiffers  = "required-by-differs"  // required_by is not what depends on it
	ForDiffers         = "for-differs"          // the module's devices and the devices' modules disagree
	ClaimMissing       = "claim-missing"        // the module does not claim the device that it is for
	ClaimNotCertain    = "claim-not-certain"    // "known", though the report lacks a field of the pattern
	ClaimTooWide       = "claim-too-wide"       // a claim on a class that platforms drive themselves
	BetterCandidate    = "better-candidate"     // a stronger claim was passed over
	DriverOverlooked   = "driver-overlooked"    // "missing", though the platform offers a driver
	BaseNotFound       = "base-not-found"       // "base", though nothing of the platform says so
	ExtensionDiffers   = "extension-differs"    // the extensions are not those of the modules, or their pins differ
	ProofDiffers       = "proof-differs"        // the proof contradicts itself or the plan
	NotMinimal         = "not-minimal"          // fewer modules drive the same devices
	TooManyExtensions  = "too-many-extensions"  // as many modules from fewer extensions do
	StageDiffers       = "stage-differs"        // a boot device's driver, or what that needs, is not in the boot stage
	FirmwareNotInRange = "firmware-not-in-plan" // firmware of a module that the plan does not load
)

// Verify returns what is wrong with a plan, or nil. The catalogues must be
// those that it was made with; where they are not, that is the first problem.
func Verify(p *plan.Plan, r *report.Report, cats []*catalog.Catalog) []Problem {
	return ForMachine(r, cats).Verify(p)
}

// A Machine is a report and catalogues that several plans were made from, with
// what does not depend on a plan: their hashes, and which patterns match which
// device, each pair of them tried once. It is not safe for concurrent use.
type Machine struct {
	report     *report.Report
	reportHash string
	cats       []*catalog.Catalog
	hashes     []string // of cats
	claims     map[claimed]strength
}

// ForMachine prepares the checking of plans for one machine. Neither the report
// nor the catalogues may change afterwards.
func ForMachine(r *report.Report, cats []*catalog.Catalog) *Machine {
	m := &Machine{report: r, cats: cats, claims: map[claimed]strength{}}
	m.reportHash, _ = r.Hash() // "" is nobody's
	for _, cat := range cats {
		hash, _ := cat.Hash()
		m.hashes = append(m.hashes, hash)
	}
	return m
}

// Verify is [Verify] for one of the plans.
func (m *Machine) Verify(p *plan.Plan) []Problem {
	c := &checker{Machine: m, plan: p}
	c.identity()
	if !c.findPlatform() {
		return c.problems
	}
	c.platformFacts()
	if !c.devices() {
		return c.problems
	}
	c.modules()
	c.extensions()
	c.proof()
	c.minimum()
	return c.problems
}

// A checker collects the problems of one plan.
type checker struct {
	*Machine
	plan     *plan.Plan
	platform *catalog.Platform // what all catalogues know of it
	initrd   []*catalog.Module // of the platform
	has      map[string]bool   // modules that the platform is known to have
	listed   bool              // these are all that its kernel has built in
	buses    []string          // on which these are all that its kernel has built in
	offers   []offer
	named    map[string][]*offer // by internal name
	problems []Problem
}

func (c *checker) problem(code, subject, format string, args ...any) {
	c.problems = append(c.problems, Problem{Code: code, Subject: subject, Text: fmt.Sprintf(format, args...)})
}

// identity checks the hashes that tie a plan to what it was made from.
func (c *checker) identity() {
	if id, err := c.plan.Hash(); err != nil || id != c.plan.ID {
		c.problem(IDDiffers, c.plan.ID, "the content's hash is %s", id)
	}
	if c.reportHash == "" || c.reportHash != c.plan.Report {
		c.problem(ReportDiffers, c.plan.Report, "the report's hash is %s", c.reportHash)
	}
	for _, used := range c.plan.Catalogs {
		if !slices.Contains(c.hashes, used.SHA256) {
			c.problem(CatalogDiffers, used.Name, "catalogue %s of %s is not among those given", used.Version, used.Date)
		}
	}
}

// platformFacts holds what the plan says of its platform against the catalogue,
// where that says anything.
func (c *checker) platformFacts() {
	p, known := c.plan.Platform, c.platform
	for _, fact := range []struct{ name, got, want string }{
		{"os_version", p.OSVersion, known.OSVersion},
		{"build", p.Build, known.Build},
		{"flavour", p.Flavour, known.Flavour},
		{"kernel", p.Kernel, cmp.Or(known.KernelRelease, known.KernelVersion)},
	} {
		if fact.want != "" && fact.got != fact.want {
			c.problem(PlatformDiffers, p.ID, "%s %q, the catalogue has %q", fact.name, fact.got, fact.want)
		}
	}
}

// proof holds the proof against the plan.
func (c *checker) proof() {
	p := c.plan.Proof
	switch {
	case p.Modules != len(c.plan.Modules):
		c.problem(ProofDiffers, "modules", "the proof is about %d modules, the plan has %d", p.Modules, len(c.plan.Modules))
	case p.LowerBound > p.Modules:
		c.problem(ProofDiffers, "lower_bound", "%d is more than the plan's %d", p.LowerBound, p.Modules)
	case p.Optimal && p.LowerBound != p.Modules:
		c.problem(ProofDiffers, "optimal", "%d modules, and the bound is %d", p.Modules, p.LowerBound)
	}
}
