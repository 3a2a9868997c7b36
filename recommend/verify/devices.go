package verify

import (
	"slices"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

var (
	verdicts     = []string{plan.Base, plan.ByModule, plan.Missing, plan.Blocked, plan.Inert, plan.NotKnown}
	importances  = []string{plan.Boot, plan.Wanted, plan.Optional}
	certainties  = []string{plan.Known, plan.Stated, plan.Assumed, plan.Possible}
	kernelDriven = []string{"0101", "0106", "0108", "0c03"} // decisions: no pack's class-wide claim counts there
)

// devices checks that every device of the report has one verdict, and each
// verdict against the catalogue. It returns false where the plan has not as many
// devices as the report: then the two cannot be compared any further.
func (c *checker) devices() bool {
	if len(c.plan.Devices) != len(c.report.Devices) {
		c.problem(DevicesDiffer, c.plan.Report, "%d devices in the plan, %d in the report", len(c.plan.Devices), len(c.report.Devices))
		return false
	}
	for i := range c.plan.Devices {
		d, in := &c.plan.Devices[i], &c.report.Devices[i]
		if d.ID != in.ID {
			c.problem(DevicesDiffer, d.ID, "the report has %s there", in.ID)
			continue
		}
		c.words(d)
		switch d.Verdict {
		case plan.ByModule:
			c.byModule(d, in)
		case plan.Missing, plan.NotKnown:
			c.missing(d, in)
		case plan.Inert:
			if in.Bus == "pci" {
				c.missing(d, in)
			}
		case plan.Base:
			c.base(d, in)
		}
	}
	return true
}

func (c *checker) words(d *plan.Device) {
	if !slices.Contains(verdicts, d.Verdict) || !slices.Contains(importances, d.Importance) || !slices.Contains(certainties, d.Certainty) {
		c.problem(VerdictUnknown, d.ID, "verdict %q, importance %q, certainty %q", d.Verdict, d.Importance, d.Certainty)
	}
	if len(d.Basis) == 0 {
		c.problem(VerdictUnknown, d.ID, "the verdict %q has no basis", d.Verdict)
	}
}

// byModule checks the module that is said to drive a device.
func (c *checker) byModule(d *plan.Device, in *report.Device) {
	m := c.planned(d.Module)
	if m == nil || m.Extension != d.Extension || !slices.Contains(m.For, d.ID) {
		c.problem(ForDiffers, d.ID, "module %s of %s is not in the plan for it", d.Module, d.Extension)
		return
	}
	o := c.offerOf(m)
	if o == nil {
		return // modules says so
	}
	claim := o.claim(in)
	switch {
	case claim.verdict == modalias.No:
		c.problem(ClaimMissing, d.ID, "no alias of %s matches it", d.Module)
	case claim.verdict == modalias.Possible && d.Certainty == plan.Known:
		c.problem(ClaimNotCertain, d.ID, "%s matches only what the report leaves open", d.Module)
	case claim.kind != modalias.Exact && !c.listed && !slices.Contains(c.buses, in.Bus) && len(in.Class) >= 4 && slices.Contains(kernelDriven, in.Class[:4]):
		c.problem(ClaimTooWide, d.ID, "%s claims all of class %s", d.Module, in.Class)
	}
	for i := range c.offers {
		if other := &c.offers[i]; other.claim(in).compare(claim) > 0 && c.usable(other, nil) && !c.conflicts(other, nil) {
			c.problem(BetterCandidate, d.ID, "%s of %s claims it more strongly than %s", other.Name, other.ext.ID, d.Module)
			return
		}
	}
}

// missing checks that the platform really offers nothing. A device behind a
// function without a driver never appears, whatever is offered for it.
func (c *checker) missing(d *plan.Device, in *report.Device) {
	if in.ImpliedBy != "" || in.Bus == "virtio" {
		return
	}
	for i := range c.offers {
		o := &c.offers[i]
		if claim := o.claim(in); claim.verdict == modalias.Certain && claim.kind == modalias.Exact && c.usable(o, nil) && !c.conflicts(o, nil) {
			c.problem(DriverOverlooked, d.ID, "%s of %s claims it", o.Name, o.ext.ID)
			return
		}
	}
}

// conflicts says whether extensions ship different builds of a module, or of
// one that it needs, of which only one can be loaded: then it may be left out
// for the sake of another device.
func (c *checker) conflicts(o *offer, above []string) bool {
	for _, other := range c.offered(o.Name) {
		if other.Module != o.Module {
			return true
		}
	}
	above = append(slices.Clip(above), o.Name)
	return slices.ContainsFunc(o.needs, func(need string) bool {
		offers := c.offered(need)
		return len(offers) > 0 && !slices.Contains(above, need) && c.conflicts(offers[0], above)
	})
}

// base checks what is said to be read from the platform's own lists; and that
// no driver of a card is inferred where the platform offers one, for then its
// kernel has none.
func (c *checker) base(d *plan.Device, in *report.Device) {
	if d.Certainty == plan.Assumed && in.Bus == "pci" {
		c.missing(d, in)
	}
	for _, b := range d.Basis {
		if b.Layer == "catalogue" {
			c.problem(BaseNotFound, d.ID, "what the catalogue offers is not part of the platform")
		}
		if (b.Layer == "builtin" || b.Layer == "kernel" || b.Layer == "initrd" || b.Layer == "user") &&
			!c.has[d.Module] && (d.Module != "" || d.Certainty != plan.Possible) {
			c.problem(BaseNotFound, d.ID, "the platform's lists do not name %q", d.Module)
		}
	}
}

// planned returns the plan's module of that name, or nil.
func (c *checker) planned(name string) *plan.Module {
	i := slices.IndexFunc(c.plan.Modules, func(m plan.Module) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &c.plan.Modules[i]
}

// usable says whether an offer and all that it needs can be loaded; above are
// the modules whose needs are being followed.
func (c *checker) usable(o *offer, above []string) bool {
	if o.refused != "" || c.has[o.Name] {
		return false
	}
	for _, need := range o.needs {
		if slices.Contains(above, need) {
			continue
		}
		offers := c.offered(need)
		if len(offers) == 0 && !c.listed {
			continue // then the kernel is assumed to have it
		}
		next := append(slices.Clip(above), o.Name)
		if !slices.ContainsFunc(offers, func(other *offer) bool { return c.usable(other, next) }) {
			return false
		}
	}
	return true
}
