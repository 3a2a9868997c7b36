package verify

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// MaxSets is how many sets of modules are tried at most to find one that is
// smaller than the plan's: above that, minimality is left unchecked.
const MaxSets = 1 << 18

// minimum tries every smaller set of modules.
func (c *checker) minimum() {
	if !c.plan.Proof.Optimal {
		return // the plan does not say that it is one
	}
	s := c.scope()
	if len(s.open) > 62 || uint64(1)<<len(s.open) > MaxSets {
		return
	}
	for set := range uint64(1) << len(s.open) {
		if len(s.forced)+bits.OnesCount64(set) > len(c.plan.Modules) {
			continue
		}
		names := slices.Clone(s.forced)
		for i, name := range s.open {
			if set>>i&1 == 1 {
				names = append(names, name)
			}
		}
		if !s.mayDrive(names) {
			continue
		}
		exts, drives := s.fewestExtensions(names)
		switch {
		case !drives:
		case len(names) < len(c.plan.Modules):
			c.problem(NotMinimal, c.platform.ID, "%d modules are enough: %v", len(names), names)
			return
		case exts < len(c.plan.Extensions):
			c.problem(TooManyExtensions, c.platform.ID, "%d extensions are enough, for %v", exts, names)
			return
		}
	}
}

// A scope is what the proof of a minimum is about: for every device that a
// module drives the offers whose claim is as strong as the chosen one's, and
// the modules that these may need.
type scope struct {
	rivals [][]*offer          // one list a device
	offers map[string][]*offer // usable ones, of every module in the scope
	forced []string            // modules that every set must have
	open   []string            // the others
}

func (c *checker) scope() *scope {
	s := &scope{rivals: c.rivals(), offers: map[string][]*offer{}}
	var names []string
	for _, list := range s.rivals {
		for _, o := range list {
			names = append(names, o.Name)
		}
	}
	for i := 0; i < len(names); i++ {
		if s.offers[names[i]] != nil {
			continue
		}
		for _, o := range c.offered(names[i]) {
			if c.usable(o, nil) {
				s.offers[o.Name] = append(s.offers[o.Name], o)
				names = append(names, c.offeredNeeds(o)...)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		if others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name }); s.mayDrive(others) {
			s.open = append(s.open, name)
		} else {
			s.forced = append(s.forced, name)
		}
	}
	return s
}

// offeredNeeds drops the needs that nobody offers: the kernel is assumed to
// have those.
func (c *checker) offeredNeeds(o *offer) []string {
	return slices.DeleteFunc(slices.Clone(o.needs), func(need string) bool { return len(c.offered(need)) == 0 })
}

// rivals returns for every device that a module drives the offers whose claim
// is as strong as the chosen one's.
func (c *checker) rivals() [][]*offer {
	var lists [][]*offer
	for i := range c.plan.Devices {
		d := &c.plan.Devices[i]
		m := c.planned(d.Module)
		if d.Verdict != plan.ByModule || m == nil {
			continue
		}
		best := c.offerOf(m)
		if best == nil {
			continue
		}
		in := &c.report.Devices[i]
		claim := best.claim(in)
		var list []*offer
		for j := range c.offers {
			if o := &c.offers[j]; o.rank(in, claim) == best.rank(in, claim) && o.claim(in) == claim && c.usable(o, nil) {
				list = append(list, o)
			}
		}
		lists = append(lists, list)
	}
	return lists
}

// rank is what counts among equal claims: where they are only possible, that
// the report's own system names the module, and that it is for the kind of USB
// host that the device's name tells; loaded by its recipe; in-tree.
func (o *offer) rank(in *report.Device, claim strength) int {
	rank := 0
	named := func(name string) bool { return modalias.NameOf(name) == o.Name }
	if claim.verdict == modalias.Possible && len(in.Modules) > 0 && !slices.ContainsFunc(in.Modules, named) {
		rank += 8
	}
	if claim.verdict == modalias.Possible && o.forOtherHost(in) {
		rank += 4
	}
	if o.kmod.Listed != nil && !*o.kmod.Listed {
		rank += 2
	}
	if o.OutOfTree {
		rank++
	}
	return rank
}

// hostNames are the words that tell a USB host's programming interface; a host
// whose name has none is taken for xHCI.
var hostNames = []struct{ word, progIF string }{
	{"xhci", "30"}, {"ehci", "20"}, {"enhanced host", "20"}, {"ohci", "10"}, {"uhci", "00"},
	{"thunderbolt nhi", "40"}, {"usb4 host router", "40"}, {"", "30"},
}

// forOtherHost says whether a module would not claim a USB host, if the report
// had the programming interface that the host's name tells.
func (o *offer) forOtherHost(in *report.Device) bool {
	if in.Bus != "pci" || in.Class != "0c03" {
		return false
	}
	full := *in
	for _, host := range hostNames {
		if strings.Contains(strings.ToLower(in.Device), host.word) {
			full.Class += host.progIF
			break
		}
	}
	return o.claim(&full).verdict == modalias.No
}

// mayDrive says whether a set of modules could drive every device, if several
// builds of one could be loaded at once.
func (s *scope) mayDrive(names []string) bool {
	return !slices.ContainsFunc(s.rivals, func(list []*offer) bool {
		return !slices.ContainsFunc(list, func(o *offer) bool { return s.fits(o, names) })
	})
}

// fits says whether an offer and what it needs directly are in a set.
func (s *scope) fits(o *offer, names []string) bool {
	return slices.Contains(names, o.Name) && !slices.ContainsFunc(o.needs, func(need string) bool {
		return s.offers[need] != nil && !slices.Contains(names, need)
	})
}

// fewestExtensions takes each module of a set from one extension, in every
// possible way, and returns the smallest number of extensions that drive all
// devices so; false where none do, or where the ways are more than [MaxSets].
func (s *scope) fewestExtensions(names []string) (int, bool) {
	ways := 1
	for _, name := range names {
		if ways *= len(s.offers[name]); ways > MaxSets {
			return 0, false
		}
	}
	fewest := len(names) + 1
	s.ways(names, nil, names, &fewest)
	return fewest, fewest <= len(names)
}

// ways extends taken, one offer a module, by the modules that are left.
func (s *scope) ways(names []string, taken []*offer, left []string, fewest *int) {
	if len(left) > 0 {
		for _, o := range s.offers[left[0]] {
			if s.fits(o, names) {
				s.ways(names, append(slices.Clip(taken), o), left[1:], fewest)
			}
		}
		return
	}
	var exts []string
	for _, o := range taken {
		if !slices.Contains(exts, o.ext.ID) {
			exts = append(exts, o.ext.ID)
		}
	}
	for _, list := range s.rivals {
		if !slices.ContainsFunc(list, func(o *offer) bool { return slices.Contains(taken, o) }) {
			return
		}
	}
	*fewest = min(*fewest, len(exts))
}
