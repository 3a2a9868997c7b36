package scan

import (
	"context"
	"fmt"
	"time"

	"github.com/modscout/modscout/scan/report"
)

// How long buses may be busy. USB has no "enumeration finished" event, and a
// device that is plugged in sends dozens of messages until its drivers are
// bound.
const (
	QuietFor    = time.Second
	SettleAfter = 10 * time.Second
)

// events tells when devices come and go; [Uevents] is the real one.
type events interface {
	Quiet(wait time.Duration) (bool, error)
}

// settle waits until nothing came for [QuietFor], but at most [SettleAfter]. It
// reports whether it became quiet.
func settle(ctx context.Context, from events) (bool, error) {
	end := time.Now().Add(SettleAfter)
	for time.Now().Before(end) && ctx.Err() == nil {
		if quiet, err := from.Quiet(QuietFor); quiet || err != nil {
			return quiet, err
		}
	}
	return false, nil
}

// Watch scans, calls changed with the report, and again whenever the report
// has changed because devices came or went, until ctx ends or changed returns an
// error. That ctx has ended is no error.
func Watch(ctx context.Context, opts Options, changed func(*report.Report) error) error {
	from, err := ListenUevents()
	if err != nil {
		return fmt.Errorf("listening for devices: %w", err)
	}
	defer from.Close()
	return watch(ctx, opts, from, changed)
}

// watch listens before it scans, so that nothing comes in between.
func watch(ctx context.Context, opts Options, from events, changed func(*report.Report) error) error {
	last := ""
	for ctx.Err() == nil {
		rep, err := Scan(ctx, opts)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		hash, err := rep.Hash()
		if err != nil {
			return err
		}
		if hash != last {
			if err := changed(rep); err != nil {
				return err
			}
		}
		last = hash
		if err := Await(ctx, from); err != nil {
			return err
		}
	}
	return nil
}

// Await waits until something happened and is over, or ctx ends.
func Await(ctx context.Context, from events) error {
	for ctx.Err() == nil {
		quiet, err := from.Quiet(QuietFor)
		if err != nil {
			return err
		}
		if !quiet {
			_, err := settle(ctx, from)
			return err
		}
	}
	return nil
}
