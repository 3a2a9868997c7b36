package boot

import (
	"context"
	"time"

	"github.com/modscout/modscout/scan"
)

// Settle waits until the kernel announces no more devices, for
// [scan.QuietFor] but at most [scan.SettleAfter], and reports whether that came
// true. Within that time it calls look, which sees the machine as it is then.
// From now on what comes is kept for Changed.
func (l *linux) Settle(ctx context.Context, look func()) (bool, error) {
	events, err := scan.ListenUevents()
	if err != nil {
		look()
		return false, err
	}
	l.events = events
	return settle(ctx, events, look)
}

// announcements tell when devices come and go; [scan.Uevents] is the real one.
type announcements interface {
	Quiet(wait time.Duration) (bool, error)
}

// lull is how long nothing must have come before a look is worth its while.
const lull = 100 * time.Millisecond

// settle looks while it waits: a look sees all, if nothing came from before it
// began until it is quiet. Where something came it looks again.
func settle(ctx context.Context, from announcements, look func()) (bool, error) {
	end := time.Now().Add(scan.SettleAfter)
	for {
		for time.Now().Before(end) && ctx.Err() == nil {
			if quiet, err := from.Quiet(lull); quiet || err != nil {
				break // an error comes again below
			}
		}
		began, last := time.Now(), !time.Now().Before(end)
		look()
		rest := scan.QuietFor - lull - time.Since(began)
		if quiet, err := from.Quiet(max(rest, time.Millisecond)); quiet || err != nil || last || ctx.Err() != nil {
			return quiet, err
		}
	}
}
