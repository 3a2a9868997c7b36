package web

import (
	"context"
	"sync/atomic"
	"time"
)

// slowest is the least that a transfer must bring, in bytes a second. A modem
// has more.
const slowest = 1000

// watch ends a transfer that brings next to nothing: a server that sends one
// byte now and then would else hold us for ever.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	window time.Duration
	bytes  atomic.Int64
	ticker *time.Ticker
}

func watchSpeed(ctx context.Context, window time.Duration) (context.Context, *watch) {
	w := &watch{window: window}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w.ctx, w
}

// start begins to count, when the server has answered.
func (w *watch) start() {
	w.ticker = time.NewTicker(w.window)
	go func() {
		for {
			select {
			case <-w.ctx.Done():
				return
			case <-w.ticker.C:
				if float64(w.bytes.Swap(0)) < slowest*w.window.Seconds() {
					w.cancel(ErrSlow)
				}
			}
		}
	}()
}

func (w *watch) stop() {
	w.cancel(nil)
	if w.ticker != nil {
		w.ticker.Stop()
	}
}

// Write counts what was received.
func (w *watch) Write(p []byte) (int, error) {
	w.bytes.Add(int64(len(p)))
	return len(p), nil
}

// explain says why reading failed: the server was too slow, the user
// interrupted it, or the connection was cut, which alone is worth going on.
func (w *watch) explain(err error) error {
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return &cutError{err}
}
