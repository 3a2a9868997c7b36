package boot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
)

var errNotListening = errors.New("no messages about devices from the kernel")

// Changed waits until devices came, changed or went and the buses are quiet
// again.
func (l *linux) Changed(ctx context.Context) error {
	if l.events == nil {
		return errNotListening
	}
	return scan.Await(ctx, l.events)
}

// watch tells of each change, until it cannot.
func (s *session) watch(ctx context.Context, changes chan<- error) {
	for {
		err := s.system.Changed(ctx)
		changes <- err
		if err != nil {
			return
		}
	}
}

// changed looks again and answers anew where other devices are there than
// before. That a driver was loaded changes nothing in the answer.
func (s *session) changed(ctx context.Context) {
	r, err := within(ctx, limitScan, s.parts.Scan)
	s.complain("scan", err)
	if err != nil || r == nil || same(s.report, r, anyDevice) {
		return
	}
	if !same(s.report, r, isCard) {
		s.ports = nil // ask again: one came or went
	}
	before := s.report
	s.adopt(r)
	s.media, s.unsaved = nil, nil
	s.keepReport(ctx)
	s.answer(ctx)
	s.probe(ctx, s.only(func(d *report.Device) bool { return !has(before, d) }))
	s.reach(ctx)
	s.screens.progress(s.lastLine())
}

// same compares what is plugged in, of the devices that are meant.
func same(a, b *report.Report, meant func(*report.Device) bool) bool {
	keys := func(r *report.Report) (list []string) {
		for i := range r.Devices {
			if d := &r.Devices[i]; meant(d) {
				list = append(list, d.ID+" "+strings.Join(d.Modaliases, " "))
			}
		}
		return list
	}
	return slices.Equal(keys(a), keys(b))
}

// has says whether a device was there already.
func has(r *report.Report, d *report.Device) bool {
	return slices.ContainsFunc(r.Devices, func(there report.Device) bool { return there.ID == d.ID })
}

func anyDevice(*report.Device) bool { return true }
