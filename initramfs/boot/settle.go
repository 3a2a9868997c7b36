package boot

import (
	"context"

	"github.com/modscout/modscout/scan"
)

// Settle waits until the kernel announces no more devices; see [scan.Settle].
// From now on it keeps what comes for Changed.
func (l *linux) Settle(ctx context.Context) (bool, error) {
	events, err := scan.ListenUevents()
	if err != nil {
		return false, err
	}
	l.events = events
	return scan.Settle(ctx, events)
}
