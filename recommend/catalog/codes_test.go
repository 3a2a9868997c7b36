package catalog

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/catalogue-check.md")

// promised are the codes that the public interface names. They stay.
const promised = `release-recipe-missing release-not-a-url release-bad-platform-key index-id-shared index-id-differs-from-folder
index-url-not-self release-foreign-repo catalogue-duplicate-id catalogue-id-without-index catalogue-stale-entry
index-placeholder-help-url index-empty-description recipe-sha256-mismatch recipe-kmod-missing recipe-script-missing
recipe-order recipe-dependency-not-loaded recipe-ko-not-loaded recipe-vermagic-mismatch recipe-flavour-label-mismatch
module-stripped module-struct-layout module-name-differs-from-file module-maybe-builtin module-firmware-not-shipped
platform-module-in-several-extensions platform-pci-id-claimed-twice archive-empty archive-not-gzip archive-nested-dirs
archive-orphan recipe-orphan script-not-posix-sh url-not-mirrored`

func TestCodes(t *testing.T) {
	severities := []string{StopsBoot, DriverLost, Risk, Cosmetic}
	list := Codes()
	for i, c := range list {
		if i > 0 && list[i-1].Code >= c.Code {
			t.Errorf("%s is not in its place", c.Code)
		}
		if !slices.Contains(severities, c.Severity) || c.Means == "" || c.Do == "" || c.Legal == "" {
			t.Errorf("%+v lacks something", c)
		}
	}
	for code := range strings.FieldsSeq(promised) {
		if _, found := codes()[code]; !found {
			t.Errorf("%s is promised and not there", code)
		}
	}
}

// TestCodesDocument holds the document to the code. -update rewrites it from
// the line on that this test ends its head with.
func TestCodesDocument(t *testing.T) {
	const file, mark = "../../docs/catalogue-check.md", "\n## The codes\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(data), mark)
	if !found {
		t.Fatalf("%s has no line %q", file, mark)
	}
	want := head + mark + document()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, string(data)); diff != "" && !*update {
		t.Errorf("%s mismatch (-want +got):\n%s\nrun this test with -update", file, diff)
	}
}

func document() string {
	var b strings.Builder
	for _, c := range Codes() {
		fmt.Fprintf(&b, "\n### %s\n\n%s: %s\n\n- To do: %s.\n- No defect: %s\n", c.Code, c.Severity, c.Means, c.Do, c.Legal)
	}
	return b.String()
}
