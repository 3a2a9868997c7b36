package recommend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// layers are asked in this order; the first that knows something decides the
// verdict on a device.
var layers = []func(*evaluation, *subject, *finding) bool{
	blockedByRule,
	hiddenByFirmware,
	drivenByPlatform,
	statedByCurator,
	servedByLoader,
	offeredByCatalogue,
	needsNoDriver,
	builtInWithoutTable,
	drivenByEveryKernel,
	likelyDrivenByEveryKernel,
	likelyNeedsNoDriver,
	partOfTheBoard,
	hiddenBehindVMD,
	drivenElsewhere,
	drivenByUSBClass,
	notKnownAnywhere,
}

// A finding is the verdict on one device as it takes shape.
type finding struct {
	plan.Device
	candidates []candidate
	choices    []int // offers of which one must be loaded
	elsewhere  bool  // other platforms offer a driver: which of them can use it is known when all are judged
}

func (f *finding) decide(verdict, certainty, layer, text, source string) bool {
	f.Verdict, f.Certainty = verdict, certainty
	f.Basis = append(f.Basis, plan.Basis{Layer: layer, Text: text, Source: source})
	if f.Why == "" {
		f.Why = text
	}
	return true
}

// blockedByRule comes first: a driver is no use for a device that a setting
// hides or that the platform cannot use.
func blockedByRule(e *evaluation, s *subject, f *finding) bool {
	basis, blocked := e.judgement.Blocked[s.ID]
	return blocked && f.decide(plan.Blocked, plan.Stated, basis.Layer, basis.Text, basis.Source)
}

// drivenByPlatform looks the claiming modules up in what the platform is known
// to have: built in, in its initrd, or said so by the user. Where the report
// leaves open which of several it is, none is named as the driver.
func drivenByPlatform(e *evaluation, s *subject, f *finding) bool {
	drivers := e.ownDrivers(s)
	if len(drivers) == 0 {
		return false
	}
	basis := e.has[drivers[0]]
	certainty, text := plan.Known, basis.Text
	switch {
	case s.certain[0].verdict != modalias.Certain:
		certainty = plan.Possible
	case basis.Layer == "user":
		certainty = plan.Stated
	}
	if certainty == plan.Possible && len(drivers) > 1 {
		text = "the platform has " + strings.Join(drivers, ", ") + ", one of which drives it"
	} else {
		f.Module = drivers[0]
	}
	return f.decide(plan.Base, certainty, basis.Layer, text, basis.Source)
}

// ownDrivers names the modules that claim a device and that the platform has.
func (e *evaluation) ownDrivers(s *subject) []string {
	var names []string
	for _, c := range s.certain {
		name := e.world.module(c.ref).Name
		if e.drives(c) && !slices.Contains(names, name) && !(s.inert && c.kind == modalias.Wild) {
			names = append(names, name)
		}
	}
	return names
}

func statedByCurator(e *evaluation, s *subject, f *finding) bool {
	basis, stated := e.judgement.Stated[s.ID]
	return stated && f.decide(plan.Base, plan.Stated, basis.Layer, basis.Text, basis.Source)
}

// servedByLoader knows the extensions that a loader installs unasked. They are
// for its own platforms: on a kernel that is known, what is known counts.
func servedByLoader(e *evaluation, s *subject, f *finding) bool {
	if e.complete || !virtio(s) {
		return false
	}
	facts, _ := platform.Loader(e.loader)
	for _, id := range facts.Bundled {
		if strings.Contains(id, "virtio") {
			return f.decide(plan.Base, plan.Stated, "curated", "the loader always installs "+id, e.loader)
		}
	}
	return false
}

// virtio says whether s is a virtio device or the PCI function that carries
// one: vendor 1af4, devices 1000 to 107f (OASIS virtio 1.2, section 4.1.2).
func virtio(s *subject) bool {
	return s.Bus == "virtio" ||
		s.Bus == "pci" && s.VendorID == "1af4" && s.DeviceID >= "1000" && s.DeviceID <= "107f"
}

func offeredByCatalogue(e *evaluation, s *subject, f *finding) bool {
	f.candidates = e.candidates(s)
	if f.choices = competing(f.candidates); len(f.choices) == 0 {
		return false
	}
	return f.decide(plan.ByModule, f.strength(), "catalogue", "a module of the platform's catalogue claims it", "")
}

// strength is the certainty of the candidates that compete: they are of one
// tier.
func (f *finding) strength() string {
	i := slices.IndexFunc(f.candidates, candidate.competes)
	if i >= 0 && f.candidates[i].tier.possible != 0 {
		return plan.Possible
	}
	return plan.Known
}

func needsNoDriver(_ *evaluation, s *subject, f *finding) bool {
	return s.inert && f.decide(plan.Inert, plan.Stated, "class", "devices of its class need no driver", "")
}

// builtInWithoutTable is for serial ports and the like, whose driver is part of
// kernels: before Linux 6.18 those keep no alias table of it.
func builtInWithoutTable(e *evaluation, s *subject, f *finding) bool {
	module := platform.BuiltinDriver(s.Device)
	if module == "" || len(s.claims) > 0 {
		return false
	}
	if basis, has := e.has[module]; has {
		f.Module = module
		return f.decide(plan.Base, plan.Stated, basis.Layer, basis.Text, basis.Source)
	}
	return !e.knows(s.Bus) && f.decide(plan.Base, plan.Assumed, "class", "kernels drive its class with "+module+", which they have built in", "")
}

// drivenByEveryKernel is for the disk and USB controllers that no pack brings
// a driver for, because every such kernel has it, and for the nodes of the
// board: unless this kernel is known not to. The same drivers have ids of other
// classes too, of a chipset's SATA ports in RAID mode, and of cards that a
// report has no class of.
func drivenByEveryKernel(e *evaluation, s *subject, f *finding) bool {
	if !s.kernelClass && !s.kernelDriver || e.knows(s.Bus) || len(s.reference) == 0 && len(e.world.reference) > 0 {
		return false
	}
	if len(s.reference) == 0 {
		return f.decide(plan.Base, plan.Assumed, "class", "kernels drive this class themselves", "")
	}
	return f.decide(plan.Base, plan.Assumed, "reference",
		"Linux drives it with "+s.drivers+", which such platforms have in their kernel", s.source)
}

// likelyDrivenByEveryKernel is drivenByEveryKernel for a bare id: the class is
// not in the report, but pci.ids has a name that tells it.
func likelyDrivenByEveryKernel(e *evaluation, s *subject, f *finding) bool {
	if e.knows(s.Bus) || !platform.LikelyKernelClass(s.Device) {
		return false
	}
	return f.decide(plan.Base, plan.Possible, "class",
		"by its name in pci.ids it is of a class that such platforms drive with their kernel", "pci.ids")
}

// likelyNeedsNoDriver is needsNoDriver for a bare id that nobody claims.
func likelyNeedsNoDriver(_ *evaluation, s *subject, f *finding) bool {
	return len(s.claims) == 0 && platform.LikelyInert(s.Device) &&
		f.decide(plan.Inert, plan.Possible, "class", "by its name in pci.ids it is of a class that needs no driver", "pci.ids")
}

// partOfTheBoard is for buttons, clocks and the like. Distribution kernels have
// most of their drivers built in, without an alias table to tell.
func partOfTheBoard(e *evaluation, s *subject, f *finding) bool {
	if !s.onBoard || e.knows(s.Bus) {
		return false
	}
	return f.decide(plan.Base, plan.Assumed, "class",
		"platforms drive what they need of the board ("+strings.Join(e.world.drivers(s.certain), ", ")+") with their kernel", "")
}

// drivenElsewhere is for devices that Linux or another platform has a driver
// for and this platform's packages have none.
//
// What matters, and every network card, is then missing: no NAS kernel is
// assumed to have it. Of the rest, and of USB devices that a driver of their
// class is for, it is assumed that no pack brings the driver because none has
// to.
func drivenElsewhere(e *evaluation, s *subject, f *finding) bool {
	claims := s.linux()
	if len(claims) == 0 {
		return false
	}
	offered := e.question.offered(s, e.loader)
	certainty := plan.Assumed
	switch {
	case e.knows(s.Bus):
		certainty = plan.Known
	case claims[0].verdict != modalias.Certain:
		certainty = plan.Possible
	}
	switch {
	case offered:
		f.elsewhere = true
		return f.decide(plan.Missing, certainty, "catalogue", s.drivers+" would drive it", "")
	case e.knows(s.Bus) || s.exotic() || len(s.reference) == 0:
		return f.decide(plan.Missing, certainty, "reference", s.drivers+" would drive it; "+f.refused(e.loader), s.source)
	}
	return f.decide(plan.Base, certainty, "reference",
		"Linux drives it with "+s.drivers+", and no package of "+e.loader+" brings that", s.source)
}

// refused says why no platform of a loader drives the device: what is wrong
// with the driver that is there, or that there is none.
func (f *finding) refused(loader string) string {
	i := slices.IndexFunc(f.candidates, func(c candidate) bool { return c.reject != "" })
	if i < 0 {
		return "no platform of " + loader + " has it in this catalogue"
	}
	return f.candidates[i].reject
}

// drivenByUSBClass is for USB devices of a list that does not tell their class,
// as lsusb's short one does not. No module names their ids, so a driver of their
// class serves them: disks, keyboards, hubs, cameras all have one.
func drivenByUSBClass(_ *evaluation, s *subject, f *finding) bool {
	if s.Bus != "usb" || s.Interface != "" || s.VendorID == "" || s.DeviceID == "" || len(s.Modaliases) > 0 {
		return false
	}
	return f.decide(plan.Base, plan.Possible, "class",
		"no module names its ids, so a driver of its USB class serves it; the report does not tell the class, lsusb -v does", "")
}

func notKnownAnywhere(_ *evaluation, s *subject, f *finding) bool {
	if len(keys(s.Device)) == 0 {
		return f.decide(plan.NotKnown, plan.Possible, "reference", "the report has no ids of it", "")
	}
	return f.decide(plan.NotKnown, plan.Assumed, "reference", "no module known here claims it", "")
}

// nameServers adds to a missing device's story the platforms that drive it, the
// same as in next.
func (e *evaluation) nameServers(d *plan.Device, s *subject) {
	text := "; no platform of " + e.loader + " can use it on this machine"
	asked := e.question.everywhere()
	if others := allowed(asked.drivenBy(s, e.loader), asked.rejected()); len(others) > 0 {
		text = "; " + has(newest(others))
	}
	d.Basis = slices.Clone(d.Basis) // the finding may be written down again
	d.Basis[0].Text += text
	d.Why += text
}

// has words a list of platforms, the first few by name.
func has(platforms []string) string {
	const shown = 4
	if len(platforms) == 1 {
		return platforms[0] + " has it"
	}
	if len(platforms) <= shown {
		return strings.Join(platforms, ", ") + " have it"
	}
	return fmt.Sprintf("%s and %d more have it", strings.Join(platforms[:shown], ", "), len(platforms)-shown)
}

// referenceSource names the kernels whose tables say so.
func (w *world) referenceSource(s *subject) string {
	var names []string
	for _, c := range s.reference {
		if name := w.cats[c.cat].Name + " " + w.cats[c.cat].Version; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.TrimSpace(strings.Join(names, ", "))
}
