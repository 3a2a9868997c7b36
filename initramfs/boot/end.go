package boot

import (
	"context"
	"time"
)

// end never returns.
func (s *session) end(ctx context.Context) {
	if s.options.PowerOff {
		s.system.PowerOff()
	}
	typed := make(chan byte)
	for _, c := range s.screens {
		go s.readKeys(c, typed)
	}
	s.loop(ctx, typed)
}

// loop does what keys, devices and the network ask for, one after the other.
func (s *session) loop(ctx context.Context, typed <-chan byte) {
	keys, changes := make(chan byte), make(chan error)
	go s.dispatch(typed, keys)
	if s.report != nil {
		go s.watch(ctx, changes)
	}
	for {
		select {
		case key := <-keys:
			s.press(ctx, key)
		case <-s.lost:
			s.readdress(ctx)
		case err := <-changes:
			if err == nil {
				s.changed(ctx)
			}
			s.complain("watching for devices", err)
		}
	}
}

// patience is how long keys wait for a step before those that end the machine
// are done all the same, and maxWaiting how many of them wait.
const (
	patience   = 3 * time.Second
	maxWaiting = 64
)

// dispatch passes keys on in their order, as soon as the step before is done.
func (s *session) dispatch(typed <-chan byte, keys chan<- byte) {
	var waiting []byte
	var since time.Time
	for {
		var next chan<- byte
		var first byte
		var late <-chan time.Time
		if len(waiting) > 0 {
			next, first, late = keys, waiting[0], time.After(time.Until(since.Add(patience)))
		}
		select {
		case key := <-typed:
			if len(waiting) == 0 {
				since = time.Now()
			}
			waiting = append(waiting, key)[:min(len(waiting)+1, maxWaiting)]
		case next <- first:
			waiting, since = waiting[1:], time.Now()
		case <-late:
			for _, key := range waiting {
				s.stop(key)
			}
			since = time.Now()
		}
	}
}

// escape begins what function and arrow keys send, in which a P may stand.
const escape = 0x1b

// readKeys passes on what is typed. A console may go away and come back (a USB
// serial adapter), so an error only makes it wait.
func (s *session) readKeys(c console, keys chan<- byte) {
	if t, ok := c.(*tty); ok {
		t.raw()
	}
	if s.options.Shell {
		s.shell(c)
		keys <- KeyAnswer
	}
	buffer := make([]byte, 16)
	for {
		n, err := c.Read(buffer)
		if n > 0 && buffer[0] != escape {
			for _, key := range buffer[:n] {
				if s.isShellKey(key) {
					s.shell(c)
					key = KeyAnswer
				}
				keys <- key
			}
		}
		if err != nil {
			time.Sleep(time.Second)
		}
	}
}
