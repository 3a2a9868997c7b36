package boot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// errTimeLimit ends a step that did not come back. Its goroutine is left
// behind: nothing can stop a thread that the kernel holds.
var errTimeLimit = errors.New("gave up waiting")

// within runs one step and returns its result, an error for its panic, or
// errTimeLimit when it takes longer than limit. A result that arrives later is
// thrown away.
func within[T any](ctx context.Context, limit time.Duration, step func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if cause := recover(); cause != nil {
				o.err = fmt.Errorf("panic: %v at %s", cause, panicSite(debug.Stack()))
			}
			done <- o
		}()
		o.value, o.err = step(ctx)
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("%w after %v", errTimeLimit, limit)
	}
}

// panicSite returns the place in a stack trace where the panic arose: the line
// after the frame of panic itself.
func panicSite(stack []byte) string {
	_, after, found := strings.Cut(string(stack), "\npanic(")
	lines := strings.Split(after, "\n")
	if !found || len(lines) < 4 {
		return "an unknown place"
	}
	site, _, _ := strings.Cut(strings.TrimSpace(lines[3]), " ")
	return site
}
