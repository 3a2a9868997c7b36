package source

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/catalog"
)

// tableModule is one module in the tables that were made of RR's packs:
// docs/modules_detailed.xlsx of RROrg/rr, as {pack: {module: {…}}}. Modules are
// named by their file, hyphens kept and without ".ko"; hashes, vermagic and
// symbols are not known.
type tableModule struct {
	Aliases   []string `json:"aliases"`
	Depends   []string `json:"depends"`
	Firmware  []string `json:"firmware"`
	Truncated bool     `json:"truncated"`
}

// addTables reads the tables of many packs from one JSON document.
func (r *reader) addTables(data []byte) error {
	var packs map[string]map[string]tableModule
	if err := json.Unmarshal(data, &packs); err != nil {
		return err
	}
	for _, name := range sortedKeys(packs) {
		p, ok := r.packPlatform(name)
		if !ok {
			return fmt.Errorf("pack %q is not named PLATFORM-OS-KERNEL or PLATFORM-KERNEL", name)
		}
		kmods := map[string]catalog.Kmod{}
		for module, facts := range packs[name] {
			kmods[module] = catalog.Kmod{Module: r.addTableModule(module, facts)}
		}
		r.addPackPlatform(p, kmods)
	}
	return nil
}

func (r *reader) addTableModule(name string, facts tableModule) int {
	return r.b.AddModule(catalog.Module{
		File:      name + ".ko",
		Name:      modalias.NameOf(name),
		Depends:   names(facts.Depends),
		Firmware:  facts.Firmware,
		Truncated: facts.Truncated,
	}, facts.Aliases)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
