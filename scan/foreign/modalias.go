package foreign

import (
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report"
)

// parseModalias reads a text that is one modalias: of a device, or a driver's
// pattern, of which the parts without wildcards are kept. Those that kernels
// before 3.4 gave to USB interfaces lack a field, and are none.
func parseModalias(text string) (found, bool) {
	alias, err := modalias.Parse(text)
	if err != nil || alias.Bus == "" || strings.ContainsAny(text, " \t") || strings.HasSuffix(text, ":") && len(alias.Bus)+1 == len(text) {
		return found{}, false
	}
	d := found{Device: report.Device{Bus: alias.Bus}}
	d.SetIDs(func(field string) string {
		value, _ := alias.Field(field)
		return value
	})
	if !strings.ContainsAny(text, "*?[") {
		d.Modaliases = []string{text}
	} else if d.VendorID == "" {
		return found{}, false
	}
	return d, true
}
