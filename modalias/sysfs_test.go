package modalias_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestOracleSysfs takes every device string of the machine it runs on apart
// and puts it together again; each is of a bus.
func TestOracleSysfs(t *testing.T) {
	var keys []string
	sys := os.DirFS("/sys")
	buses, err := fs.Glob(sys, "bus/*/devices/*")
	if err != nil || len(buses) == 0 {
		kotest.Missing(t, "no devices in /sys")
	}
	for _, dir := range append(buses, "class/dmi/id") {
		for _, file := range []string{"modalias", "uevent"} {
			data, _ := fs.ReadFile(sys, path.Join(dir, file))
			for line := range strings.Lines(string(data)) {
				line, marked := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "MODALIAS=")
				if marked || file == "modalias" && line != "" {
					keys = append(keys, line)
				}
			}
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for _, key := range keys {
		a, err := modalias.Parse(key)
		if err != nil || a.Bus == "" || a.String() != key {
			t.Errorf("Parse(%q) = %+v, %v", key, a, err)
		}
	}
	t.Logf("%d device strings", len(keys))
}
