// Package plan holds the recommendation, "modscout.plan/v1": one platform, the
// modules it needs in load order, a verdict for every device, and the evidence.
package plan

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Schema is the kind and major version that every plan names.
const Schema = "modscout.plan/v1"

// Plan is the answer for one report on one platform.
type Plan struct {
	Schema       string        `json:"schema"`
	ID           string        `json:"id,omitzero"` // "sha256:…" of the canonical content without this member
	Report       string        `json:"report"`      // hash of the report it answers
	Catalogs     []Catalog     `json:"catalogs"`
	Platform     Platform      `json:"platform"`
	Steps        []Step        `json:"steps"`
	Extensions   []Extension   `json:"extensions"`
	Modules      []Module      `json:"modules"` // load order, each module once
	Devices      []Device      `json:"devices"` // every device of the report, in its order
	Firmware     []Firmware    `json:"firmware"`
	Warnings     []Warning     `json:"warnings"`
	Alternatives []Alternative `json:"alternatives"`
	Next         []Next        `json:"next"`
	Options      Options       `json:"options,omitzero"`
	Proof        Proof         `json:"proof"`

	Unknown jsontext.Value `json:",embed"` // members of a newer v1
}

// Catalog names the data that an answer rests on.
type Catalog struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Date    string `json:"date"`   // YYYY-MM-DD
	SHA256  string `json:"sha256"` // of the catalogue's canonical form

	// Reference: it was only asked whether Linux has a driver at all.
	Reference bool `json:"reference,omitzero"`
}

// Platform is the model and OS build to use.
type Platform struct {
	ID        string   `json:"id"`
	Loader    string   `json:"loader"`
	Flavour   string   `json:"flavour,omitempty"`
	Model     string   `json:"model,omitempty"`
	OSVersion string   `json:"os_version,omitempty"`
	Build     string   `json:"build,omitempty"`
	Kernel    string   `json:"kernel,omitempty"`
	Equal     []string `json:"equal"` // platforms that do not differ for this machine
	Reasons   []Reason `json:"reasons"`
}

// ModelOf returns the part of a platform's id before the OS build: "ds918p" of
// "ds918p_42218", "rr:geminilakenk" of "rr:geminilakenk-7.2".
func ModelOf(platform string) string {
	model, _, _ := strings.Cut(platform, "_")
	model, _, _ = strings.Cut(model, "-")
	return model
}

// Reason is one ground for an answer, with the source that states it.
type Reason struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Source string `json:"source,omitempty"`
}

// Step is what to choose in a loader's own menu.
type Step struct {
	Where string `json:"where"`
	Text  string `json:"text"`
}

// Extension is a package that must be installed.
type Extension struct {
	ID        string            `json:"id"`
	IndexURL  string            `json:"index_url,omitempty"`
	RecipeURL string            `json:"recipe_url,omitempty"`
	Files     []File            `json:"files,omitempty"`
	Scripts   map[string]string `json:"scripts,omitempty"` // kind -> file name
	Why       []string          `json:"why"`               // Device.IDs
	Requires  []string          `json:"requires,omitempty"`
}

// File is one download of an extension, pinned.
type File struct {
	Name   string `json:"name,omitempty"`
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Packed bool   `json:"packed"`
}

// The stages of a module: Boot must be in memory before the disk driver runs.
const (
	StageBoot = "boot"
	StageLate = "late"
)

// Module is one kernel module to load.
type Module struct {
	File       string   `json:"file"` // as shipped, "mpt2sas.ko"
	Name       string   `json:"name"` // internal, "mpt3sas"
	Extension  string   `json:"extension"`
	Args       string   `json:"args"`
	Stage      string   `json:"stage"`
	Archive    string   `json:"archive,omitempty"` // URL of the file that holds it
	SHA256     string   `json:"sha256,omitempty"`  // of the .ko; absent where the catalogue does not know
	For        []string `json:"for"`               // Device.IDs it drives
	RequiredBy []string `json:"required_by,omitempty"`
}

// The verdicts; every device has exactly one.
const (
	Base     = "base"      // the platform's own kernel or initrd drives it
	ByModule = "extension" // a module of the plan drives it
	Missing  = "missing"   // Linux has a driver, this platform's catalogue has none
	Blocked  = "blocked"   // hidden or unusable by a setting or a platform rule
	Inert    = "inert"     // needs no driver
	NotKnown = "unknown"   // no driver known anywhere
	Boot     = "boot"      // importance: storage with disks, one wired network port
	Wanted   = "wanted"    // importance: other storage and network, USB hosts, a used GPU
	Optional = "optional"  // importance: the rest
	Known    = "known"     // certainty: read from the platform's own kernel, modules or catalogue
	Stated   = "stated"    // certainty: curated, with its source
	Assumed  = "assumed"   // certainty: inferred
	Possible = "possible"  // certainty: the report lacks a field that the pattern needs
)

// Device is the verdict on one device of the report.
type Device struct {
	ID         string      `json:"id"`
	Verdict    string      `json:"verdict"`
	Importance string      `json:"importance"`
	Certainty  string      `json:"certainty"`
	Basis      []Basis     `json:"basis"`
	Module     string      `json:"module,omitempty"`
	Extension  string      `json:"extension,omitempty"`
	Candidates []Candidate `json:"candidates,omitempty"`
	Why        string      `json:"why,omitempty"`
}

// Basis is one piece of evidence: which layer says so, and where that was read.
type Basis struct {
	Layer  string `json:"layer"` // "catalogue", "initrd", "builtin", "reference", "curated", "class"
	Text   string `json:"text"`
	Source string `json:"source,omitempty"`
}

// Candidate is a module that claims the device, chosen or not.
type Candidate struct {
	Module    string `json:"module"`
	Extension string `json:"extension"`
	Pattern   string `json:"pattern"`
	Chosen    bool   `json:"chosen"`
	Why       string `json:"why"`
}

// Firmware is a file that a chosen module asks the kernel for.
type Firmware struct {
	Module  string `json:"module"`
	File    string `json:"file"`
	Shipped bool   `json:"shipped"`
	Package string `json:"package,omitempty"` // that ships it on Debian
}

// Warning is something a person should read before acting.
type Warning struct {
	Code   string `json:"code"`
	Device string `json:"device,omitempty"`
	Text   string `json:"text"`
	Hint   string `json:"hint,omitempty"`
	Source string `json:"source,omitempty"`
}

// Alternative is another platform that was evaluated.
type Alternative struct {
	Platform   string   `json:"platform"`
	Loader     string   `json:"loader,omitempty"`
	Covered    int      `json:"covered"` // boot and wanted devices with a driver
	Uncovered  []string `json:"uncovered"`
	Extensions int      `json:"extensions"`
	Modules    int      `json:"modules"`
	Rejected   string   `json:"rejected"`      // reason, or empty
	Why        string   `json:"why,omitempty"` // what else sets it back, or that it is as good
}

// Next is a step that a person can take about a missing driver.
type Next struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Options records what the user asked for, so that a plan can be checked.
type Options struct {
	Want    []string `json:"want,omitempty"`
	Base    []string `json:"base,omitempty"`
	Without []string `json:"without,omitempty"`
}

// Proof says whether the module set is proven to be a minimum, and how.
type Proof struct {
	Optimal    bool `json:"optimal"`
	Modules    int  `json:"modules"`
	LowerBound int  `json:"lower_bound"`
	Nodes      int  `json:"nodes"` // of the search tree
}

// Read decodes a plan; see [jsondoc.Read] for the errors. A module of another
// stage than those of this package is one too: nobody would load it.
func Read(r io.Reader) (*Plan, error) {
	var p Plan
	if err := jsondoc.Read(r, Schema, &p); err != nil {
		return nil, err
	}
	for _, m := range p.Modules {
		if m.Stage != StageBoot && m.Stage != StageLate {
			return nil, fmt.Errorf("plan: module %s: stage %q, want %q or %q", m.File, m.Stage, StageBoot, StageLate)
		}
	}
	return &p, nil
}

// Hash returns what ID must be: "sha256:…" over the plan without its ID.
func (p *Plan) Hash() (string, error) {
	content := *p
	content.ID = ""
	return jsondoc.Hash(&content)
}
