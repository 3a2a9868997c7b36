package boot

import (
	"context"

	"github.com/modscout/modscout/scan"
)

// Settle waits until the kernel announces no more devices; see [scan.Settle].
func (*linux) Settle(ctx context.Context) (bool, error) {
	events, err := scan.ListenUevents()
	if err != nil {
		return false, err
	}
	defer events.Close()
	return scan.Settle(ctx, events)
}
