package recommend_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
)

// An SD host needs no driver where there is none, and gets one that claims its
// class where there is; a bridge does not.
func TestSDHost(t *testing.T) {
	const aliasSDHCI, aliasBridge = "pci:v*d*sv*sd*bc08sc05i01*", "pci:v*d*sv*sd*bc06sc00i00*"
	reader := pci("00:09.0", "8086", "5acc", "080501")
	b := newCatalog("box")
	sdhci, bridge := b.module(catalog.Module{Name: "sdhci_pci"}, aliasSDHCI), b.module(catalog.Module{Name: "pcieport"}, aliasBridge)
	b.extension(box, "sd", []string{"box_1"}, kmod(sdhci), kmod(bridge))
	b.extension(box, "other", []string{"box_2"}, kmod(bridge))
	for platform, want := range map[string][]string{
		"box_1": {"extension known sdhci_pci", "inert stated"},
		"box_2": {"inert stated", "inert stated"},
	} {
		p := recommendChecked(t, machine(reader, host), recommend.Options{Platforms: []string{platform}}, b.Catalog)
		if diff := cmp.Diff(want, verdicts(p)); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", platform, diff)
		}
	}
}
