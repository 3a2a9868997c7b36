package packer

import (
	"fmt"
	"regexp"

	"github.com/modscout/modscout/recommend/plan"
)

// The alphabets of the packers, from RedPill-TTG/redpill-load@65e9570:
// ext-manager.sh (ids and platforms) and docs/extensions-for-devs.md (files).
// An id must have a letter first and two characters at least.
var (
	fileName    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*$`)
	moduleFile  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*\.ko$`)
	extensionID = regexp.MustCompile(`^[A-Za-z]+[A-Za-z0-9._-]+$`)
	platformID  = regexp.MustCompile(`^[a-z0-9_]+$`)

	// arguments holds the characters of module parameters that mean nothing to
	// a shell: ext-manager.sh pastes arguments into a script between double
	// quotes, and its runner splits them at blanks.
	arguments = regexp.MustCompile(`^[A-Za-z0-9 ._,:=+@%/-]*$`)

	// kernelRelease is what uname -r may print.
	kernelRelease = regexp.MustCompile(`^[A-Za-z0-9._+~-]*$`)

	// words are how models, versions and hashes are written. People copy them
	// from a README into a shell.
	words = regexp.MustCompile(`^[A-Za-z0-9._+:-]*$`)
)

// checkWords holds what a plan says of its platform to what may stand in a
// command line or in a loader's configuration.
func checkWords(p *plan.Plan) error {
	for _, field := range []struct{ what, text string }{
		{"plan id", p.ID}, {"model", p.Platform.Model}, {"OS version", p.Platform.OSVersion},
		{"build", p.Platform.Build}, {"flavour", p.Platform.Flavour},
	} {
		if err := check(field.what, field.text, words); err != nil {
			return err
		}
	}
	return check("kernel release", p.Platform.Kernel, kernelRelease)
}

// nameError is a name that a packer, or the shell of the target, would not take.
type nameError struct {
	what, name string
	allowed    *regexp.Regexp
}

// Error says which name is refused.
func (e *nameError) Error() string {
	return fmt.Sprintf("%s %q is not usable", e.what, e.name)
}

// Hint names the alphabet.
func (e *nameError) Hint() string { return "it must match " + e.allowed.String() }

// checkName accepts plain file names without folders.
func checkName(what, name string) error { return check(what, name, fileName) }

func check(what, name string, allowed *regexp.Regexp) error {
	if !allowed.MatchString(name) {
		return &nameError{what, name, allowed}
	}
	return nil
}
