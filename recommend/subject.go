package recommend

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
	"github.com/modscout/modscout/scan/report"
)

// A subject is a device of the report with what does not depend on the
// platform: the claims on it, and what it is.
type subject struct {
	*report.Device
	claims       []claim
	certain      []claim // the certain ones of claims where there are any, else all
	reference    []claim // likewise of those of distribution kernels
	drivers      string  // the modules of reference, or of certain where there is none
	source       string  // the kernels whose tables have reference
	importance   string
	inert        bool
	kernelClass  bool   // a class that platforms drive with their own kernel
	onBoard      bool   // likewise a node of the board that some module is for
	kernelDriver bool   // Linux drives these ids with what platforms have in their kernel for such a class
	hides        string // NVMe disks may hide behind it: "vmd", "raid-mode" or ""
	transport    int    // the subject whose driver makes this one appear, or -1
}

// subjects prepares the devices of a report.
func (w *world) subjects(r *report.Report, want []string) []subject {
	list := make([]subject, len(r.Devices))
	at := map[string]int{}
	for i := range r.Devices {
		d := &r.Devices[i]
		at[d.ID] = i
		list[i] = subject{
			Device: d, claims: w.claims(d),
			importance: platform.Importance(d, want),
			inert:      platform.Inert(d), kernelClass: platform.KernelClass(d),
		}
		if w, hides := report.HiddenDisks(d); hides {
			list[i].hides = w.Code
		}
		list[i].certain = certainOnes(list[i].claims)
		list[i].reference = list[i].likely(certainOnes(w.onlyReference(list[i].claims)))
		list[i].drivers = strings.Join(w.drivers(list[i].linux()), ", ")
		list[i].source = w.referenceSource(&list[i])
		list[i].kernelDriver = slices.ContainsFunc(list[i].reference, func(c claim) bool {
			return w.ownDrivers[c.ref] && c.kind == modalias.Exact && c.verdict == modalias.Certain
		})
		list[i].onBoard = platform.OnBoard(d) && len(list[i].claims) > 0
	}
	for i := range list {
		list[i].transport = transport(&list[i], at)
	}
	return list
}

// transport finds the PCI function behind a virtio device: the one that a scan
// predicts it from, or the one that it hangs on.
func transport(s *subject, at map[string]int) int {
	id := s.ImpliedBy
	if id == "" && s.Bus == "virtio" {
		id = s.Parent
	}
	if i, found := at[id]; found {
		return i
	}
	return -1
}

func (w *world) onlyReference(claims []claim) []claim {
	return slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return !w.reference[c.ref] })
}

// certainOnes drops the possible claims where there is a certain one: the two
// are never added up.
func certainOnes(claims []claim) []claim {
	certain := func(c claim) bool { return c.verdict == modalias.Certain }
	if !slices.ContainsFunc(claims, certain) {
		return claims
	}
	return slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return !certain(c) })
}

// unlikely says whether a claim on a USB host of unknown programming interface
// is for another one than the host probably has.
func (s *subject) unlikely(c claim) bool {
	class := platform.LikelyUSBHost(s.Device)
	return class != "" && modalias.Match(c.pattern,
		modalias.PCIKey(s.VendorID, s.DeviceID, s.SubvendorID, s.SubdeviceID, class)) == modalias.No
}

// likely drops the unlikely claims where there are others.
func (s *subject) likely(claims []claim) []claim {
	if all := slices.DeleteFunc(slices.Clone(claims), s.unlikely); len(all) > 0 {
		return all
	}
	return claims
}

// linux returns the claims that tell which driver Linux has: those of
// distribution kernels, or all where none of these is known.
func (s *subject) linux() []claim {
	if len(s.reference) > 0 {
		return s.reference
	}
	return s.certain
}

// matters says whether the answer is incomplete while the device has no driver.
func (s *subject) matters() bool { return s.importance != plan.Optional }

// needsNone says whether a driver for its whole class is none for the device. An
// SD host, which may hold eMMC, does without only where nobody has the driver.
func (s *subject) needsNone() bool { return s.inert && !s.matters() }

// exotic says whether no kernel of an appliance is assumed to have a driver for
// the device that its packages lack.
func (s *subject) exotic() bool {
	if s.Bus == "usb" && slices.ContainsFunc(s.reference, func(c claim) bool { return c.kind == modalias.ClassWide }) {
		return false
	}
	return s.matters() || s.network() || s.Bus == "virtio"
}

// network says whether the device is a network card of any kind.
func (s *subject) network() bool { return len(s.Class) >= 2 && s.Bus == "pci" && s.Class[:2] == "02" }

// drivers names the modules of some claims, each once, those with the ids of
// the device before those with its class.
func (w *world) drivers(claims []claim) []string {
	claims = slices.Clone(claims)
	slices.SortStableFunc(claims, func(a, b claim) int {
		switch {
		case a.stronger(b):
			return -1
		case b.stronger(a):
			return 1
		}
		return 0
	})
	var names []string
	for _, c := range claims {
		if name := w.module(c.ref).Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
