package catalog_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
)

// TestFirmwareList: the drivers that are said to need firmware exist in Debian's
// kernels and ask for some.
func TestFirmwareList(t *testing.T) {
	data, err := os.ReadFile("firmware.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := embedded.Default()
	if err != nil {
		t.Fatal(err)
	}
	needs := map[string]bool{}
	for i := range c.Modules {
		if source, is := catalog.NeedsFirmware(&c.Modules[i]); is && source != "" {
			needs[c.Modules[i].Name] = true
		}
	}
	list := regexp.MustCompile(`"module": "([^"]+)"`).FindAllSubmatch(data, -1)
	for _, entry := range list {
		if !needs[string(entry[1])] {
			t.Errorf("no module %s of the embedded catalogue asks for firmware", entry[1])
		}
	}
	if len(list) < 20 {
		t.Errorf("only %d drivers in the list", len(list))
	}
}
