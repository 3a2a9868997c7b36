package catalog

import "cmp"

// Finding is one defect of a source. What is wrong in one place never stops
// the reading of the rest.
type Finding struct {
	Code      string `json:"code"`     // stable, one of interface.md's "catalogue check codes" or a later one
	Severity  string `json:"severity"` // its effect: see [Severity]
	Extension string `json:"extension,omitempty"`
	Platform  string `json:"platform,omitempty"`
	File      string `json:"file,omitempty"` // path or URL
	Message   string `json:"message"`
}

// The severities, from the worst.
const (
	StopsBoot  = "stops-boot"  // the loader's packer or its boot ends here
	DriverLost = "driver-lost" // a device stays without its driver
	Risk       = "risk"        // it may fail on some machine or some day
	Cosmetic   = "cosmetic"    // nobody's machine notices
)

// severities gives the effect of each code, after the facts about
// ext-manager.sh and exec.sh of RedPill-TTG/redpill-load: the packer exits on
// a wrong hash or an absent recipe, the boot on the first failing insmod.
var severities = map[string]string{
	"archive-empty":                         DriverLost,
	"archive-link":                          Risk,
	"archive-nested-dirs":                   Cosmetic,
	"archive-not-gzip":                      Cosmetic,
	"archive-unreadable":                    DriverLost,
	"catalogue-duplicate-id":                Cosmetic,
	"catalogue-id-without-index":            DriverLost,
	"file-missing":                          StopsBoot,
	"index-empty-description":               Cosmetic,
	"index-id-differs-from-folder":          Cosmetic,
	"index-id-shared":                       Risk,
	"index-placeholder-help-url":            Cosmetic,
	"index-unreadable":                      DriverLost,
	"index-url-not-self":                    Risk,
	"module-name-differs-from-file":         Risk,
	"module-stripped":                       StopsBoot,
	"module-unreadable":                     StopsBoot,
	"platform-module-in-several-extensions": StopsBoot,
	"recipe-dependency-ambiguous":           Risk,
	"recipe-dependency-not-loaded":          StopsBoot,
	"recipe-empty":                          StopsBoot,
	"recipe-kmod-missing":                   StopsBoot,
	"recipe-ko-not-loaded":                  DriverLost,
	"recipe-order":                          StopsBoot,
	"recipe-script-missing":                 StopsBoot,
	"recipe-sha256-mismatch":                StopsBoot,
	"recipe-unreadable":                     StopsBoot,
	"release-bad-platform-key":              StopsBoot,
	"release-not-a-url":                     StopsBoot,
	"release-recipe-missing":                StopsBoot,
	"url-not-mirrored":                      Risk,
}

// Severity returns the effect of a finding's code; [Risk] for one that the
// table does not know.
func Severity(code string) string { return cmp.Or(severities[code], Risk) }

// CompareFindings orders findings by where they are, then by code.
func CompareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Extension, b.Extension),
		cmp.Compare(a.Platform, b.Platform),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message))
}
