package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Finding is one defect of a source. What is wrong in one place never stops
// the reading of the rest.
type Finding struct {
	Code      string   `json:"code"`     // stable, one of [Codes]
	Severity  string   `json:"severity"` // its effect: see [Severity]
	Extension string   `json:"extension,omitempty"`
	Others    []string `json:"others,omitempty"`    // the other extensions of a conflict
	Platform  string   `json:"platform,omitempty"`  // the first one that it concerns
	Platforms []string `json:"platforms,omitempty"` // all, where they are several
	File      string   `json:"file,omitempty"`      // path below the source, or URL
	Module    string   `json:"module,omitempty"`    // file name of the module, or of the recipe's file
	Message   string   `json:"message"`             // what is wrong and what to do
	Source    string   `json:"source,omitempty"`    // the directory that File lies in, as it was given

	// Fix is what would be right, where there is one answer: the hash, the name,
	// the URL, or the modules in their order.
	Fix []string `json:"fix,omitempty"`

	// Unreachable says that no index leads to the place, so that no user meets
	// the defect.
	Unreachable bool `json:"unreachable,omitzero"`
}

// The severities, from the worst.
const (
	StopsBoot  = "stops-boot"  // the loader's packer or its boot ends here
	DriverLost = "driver-lost" // a device stays without its driver
	Risk       = "risk"        // it may fail on some machine or some day
	Cosmetic   = "cosmetic"    // nobody's machine notices
)

// Where names the place of a finding in one field: extensions, platform, file
// and module. Findings of one code at one place are the same defect.
func (f *Finding) Where() string {
	parts := slices.Concat([]string{f.Extension}, f.Others, []string{f.Platform, f.File, f.Module})
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// unit is what a finding is counted by. A recipe that serves fifty platforms,
// and belongs to two copies of an index, has a defect once.
func (f *Finding) unit() [6]string {
	kind, _, _ := strings.Cut(f.Code, "-")
	switch kind {
	case "catalogue":
		return [6]string{f.Code, f.Source, f.File, f.Extension}
	case "index", "archive", "script", "url":
		return [6]string{f.Code, f.Source, f.File}
	case "release":
		return [6]string{f.Code, f.Source, f.File, f.Platform}
	case "platform":
		return [6]string{f.Code, f.Platform, f.Extension, strings.Join(f.Others, " "), f.Module}
	case "recipe", "module", "file":
		return [6]string{f.Code, f.Source, f.File, f.Module}
	}
	return [6]string{f.Code, f.Source, f.File, f.Where(), f.Message}
}

// MergeFindings orders findings by where they are and returns one for each
// defect, with all platforms that it concerns. A defect that an index leads to
// by any way is reachable.
func MergeFindings(list []Finding) []Finding {
	slices.SortFunc(list, CompareFindings)
	at := map[[6]string]int{}
	out := list[:0]
	for _, f := range list {
		if i, found := at[f.unit()]; found {
			out[i].absorb(&f)
			continue
		}
		at[f.unit()] = len(out)
		out = append(out, f)
	}
	return out
}

// absorb adds what another finding of the same defect says.
func (f *Finding) absorb(other *Finding) {
	f.Unreachable = f.Unreachable && other.Unreachable
	switch {
	case other.Platform == "" || other.Platform == f.Platform:
	case f.Platform == "":
		f.Platform = other.Platform
	default:
		if len(f.Platforms) == 0 {
			f.Platforms = []string{f.Platform}
		}
		if !slices.Contains(f.Platforms, other.Platform) {
			f.Platforms = append(f.Platforms, other.Platform)
		}
	}
}

// CompareFindings orders findings by where they are, then by code.
func CompareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Extension, b.Extension),
		slices.Compare(a.Others, b.Others),
		cmp.Compare(a.Platform, b.Platform),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Module, b.Module),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message))
}

// Count is how many defects of a code there are, and how many of them an index
// leads to.
type Count struct {
	All       int `json:"all"`
	Reachable int `json:"reachable"`
}

// CountFindings counts merged findings by code.
func CountFindings(list []Finding) map[string]Count {
	counts := map[string]Count{}
	for _, f := range list {
		n := counts[f.Code]
		n.All++
		if !f.Unreachable {
			n.Reachable++
		}
		counts[f.Code] = n
	}
	return counts
}
