package recommend_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// randomCatalog makes platforms with extensions of one to three modules that
// claim some of the devices and depend on each other; some of them are bad.
func randomCatalog(r *rand.Rand, platforms, devices, extensions int) *catalog.Catalog {
	b := newCatalog("random")
	name := func() string { return fmt.Sprintf("m%d", r.IntN(2*extensions)) }
	for i := range extensions {
		var kmods []catalog.Kmod
		seen := map[string]bool{}
		for range 1 + r.IntN(3) {
			m := catalog.Module{Name: name(), Stripped: r.IntN(12) == 0, OutOfTree: r.IntN(4) == 0}
			if seen[m.Name] {
				continue
			}
			seen[m.Name] = true
			for range max(0, r.IntN(4)-2) {
				m.Depends = append(m.Depends, name())
			}
			var aliases []string
			for range r.IntN(4) {
				aliases = append(aliases, fmt.Sprintf("pci:v00008086d0000%04Xsv*sd*bc*sc*i*", r.IntN(devices)))
			}
			kmods = append(kmods, kmod(b.module(m, aliases...)))
		}
		var on []string
		for p := range platforms {
			if r.IntN(4) > 0 {
				on = append(on, fmt.Sprintf("box_%d", p))
			}
		}
		b.extension(box, fmt.Sprintf("e%02d", i), on, kmods...)
	}
	for p := range platforms {
		known := catalog.Platform{ID: fmt.Sprintf("box_%d", p), Loader: box}
		if r.IntN(3) == 0 {
			known.Builtin = []string{name(), name()}
		}
		b.platform(known)
	}
	return b.Catalog
}

func randomMachine(devices int) *report.Report {
	classes := []string{"020000", "010700", "040300", "010601"}
	var list []report.Device
	for i := range devices {
		list = append(list, pci(fmt.Sprintf("%02x:00.0", i), "8086", fmt.Sprintf("%04x", i), classes[i%len(classes)]))
	}
	return machine(list...)
}

// The checker, which shares no code with the solver, accepts every plan:
// among other things it tries out all smaller sets where these are few.
func TestRandomPlansVerify(t *testing.T) {
	instances := 3000
	if testing.Short() {
		instances = 300
	}
	used := 0
	for seed := range uint64(instances) {
		r := rand.New(rand.NewPCG(seed, 2))
		devices := 1 + r.IntN(6)
		c := randomCatalog(r, 1+r.IntN(3), devices, 1+r.IntN(8))
		p := recommendChecked(t, randomMachine(devices), recommend.Options{}, c)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		for _, d := range p.Devices {
			if d.Verdict == plan.ByModule {
				used++
			}
		}
	}
	if used < instances {
		t.Errorf("only %d devices got a module in %d instances", used, instances)
	}
}

// rpextLike makes a catalogue as RedPill's are: one driver an extension, with
// a library that it shares with some others; most devices have one driver, a
// few have two.
func rpextLike(platforms, extensions int) *catalog.Catalog {
	b := newCatalog("rpext-like")
	var on []string
	for p := range platforms {
		on = append(on, fmt.Sprintf("box_%d", p))
	}
	var libraries []int
	for i := range 5 {
		libraries = append(libraries, b.module(catalog.Module{Name: fmt.Sprintf("lib%d", i)}))
	}
	for i := range extensions {
		m := catalog.Module{Name: fmt.Sprintf("driver%02d", i)}
		var kmods []catalog.Kmod
		if i%3 == 0 {
			m.Depends = []string{fmt.Sprintf("lib%d", i%5)}
			kmods = append(kmods, kmod(libraries[i%5]))
		}
		aliases := []string{fmt.Sprintf("pci:v00008086d0000%04Xsv*sd*bc*sc*i*", i)}
		if i%4 == 0 {
			aliases = append(aliases, fmt.Sprintf("pci:v00008086d0000%04Xsv*sd*bc*sc*i*", i+1))
		}
		b.extension(box, fmt.Sprintf("e%02d", i), on[i%7:], append(kmods, kmod(b.module(m, aliases...)))...)
	}
	return b.Catalog
}

// reread returns a catalogue as users have it, read from its file.
func reread(t testing.TB, c *catalog.Catalog) *catalog.Catalog {
	var file bytes.Buffer
	err := c.Write(&file)
	if err == nil {
		c, err = catalog.ReadCanonical(&file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// 100 platforms, 50 devices, 100 extensions: what a whole run costs.
func BenchmarkRecommend(b *testing.B) {
	c := reread(b, rpextLike(100, 100))
	r := randomMachine(50)
	c.Claims("pci:") // its index is built once
	for b.Loop() {
		p, err := recommend.Recommend(r, []*catalog.Catalog{c}, recommend.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if !p.Proof.Optimal || p.Proof.Modules < 30 {
			b.Fatalf("proof %+v", p.Proof)
		}
	}
}
