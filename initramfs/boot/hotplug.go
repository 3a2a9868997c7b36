package boot

import (
	"context"
	"errors"
	"slices"

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
	if err != nil || r == nil || sameDevices(s.report, r) {
		return
	}
	s.adopt(r)
	s.unsaved = nil
	s.keepReport(ctx)
	s.answer(ctx)
	s.reach(ctx)
	s.screens.progress(s.lastLine())
}

// sameDevices compares what is plugged in.
func sameDevices(a, b *report.Report) bool {
	return slices.EqualFunc(a.Devices, b.Devices, func(x, y report.Device) bool {
		return x.ID == y.ID && slices.Equal(x.Modaliases, y.Modaliases)
	})
}
