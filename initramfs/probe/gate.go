package probe

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/scan/report"
)

// gate keeps out what was built for another kernel or another configuration of
// this one: the kernel itself compares the vermagic only, and a module whose
// struct module is laid out otherwise crashes it.
type gate struct {
	release  string
	read     func(*modalias.Module) (*ko.Module, error)
	vermagic string       // of most modules
	layout   structLayout // likewise
}

// structLayout is what all modules of one kernel have in common of ko.Layout: not
// every module has an exit function.
type structLayout struct{ size, init int64 }

func layoutOf(m *ko.Module) structLayout { return structLayout{m.Layout.Size, m.Layout.Init} }

// samples is how many modules tell what is usual. Reading all of some hundred
// takes an old machine minutes.
const samples = 9

func newGate(release string, drivers *Drivers) gate {
	vermagics, layouts := map[string]int{}, map[structLayout]int{}
	modules := drivers.platform.Modules
	for i := 0; i < len(modules); i += max(1, len(modules)/samples) {
		if m, err := drivers.read(&modules[i]); err == nil && m.Layout.Init != 0 {
			vermagics[m.Vermagic]++
			layouts[layoutOf(m)]++
		}
	}
	return gate{release, drivers.read, most(vermagics), most(layouts)}
}

func most[T comparable](counts map[T]int) (winner T) {
	for value, n := range counts {
		if n > counts[winner] {
			winner = value
		}
	}
	return winner
}

// refuses says why a module must not be loaded, or "".
func (g gate) refuses(module *modalias.Module) string {
	m, err := g.read(module)
	if err != nil {
		return err.Error()
	}
	built, _, _ := strings.Cut(m.Vermagic, " ")
	switch has := layoutOf(m); {
	case built != g.release:
		return fmt.Sprintf("built for %s, this is %s", built, g.release)
	case m.Vermagic != g.vermagic:
		return fmt.Sprintf("vermagic %q, the other modules have %q", m.Vermagic, g.vermagic)
	case m.Stripped:
		return "stripped of its symbols: it cannot be loaded"
	case has.init != 0 && has != g.layout:
		return fmt.Sprintf("struct module of %d bytes with init at %d, the other modules have %d and %d",
			has.size, has.init, g.layout.size, g.layout.init)
	}
	return ""
}

// never says why no driver is tried for a device, or "".
func (p *Prober) never(d *report.Device) string {
	switch {
	case p.crashed != "":
		return "not tried: the kernel crashed in " + p.crashed + " before"
	case d.Bus == "pci" && strings.HasPrefix(d.Class, "03"):
		return "not tried: the screen hangs on it"
	}
	return ""
}
