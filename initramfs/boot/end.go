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
	keys := make(chan byte)
	for _, c := range s.screens {
		go readKeys(c, keys)
	}
	for key := range keys {
		s.press(ctx, key)
	}
}

// escape begins what function and arrow keys send, in which a P may stand.
const escape = 0x1b

// readKeys passes on what is typed. A console may go away and come back (a USB
// serial adapter), so an error only makes it wait.
func readKeys(c console, keys chan<- byte) {
	if t, ok := c.(tty); ok {
		t.raw()
	}
	buffer := make([]byte, 16)
	for {
		n, err := c.Read(buffer)
		if n > 0 && buffer[0] != escape {
			for _, key := range buffer[:n] {
				keys <- key
			}
		}
		if err != nil {
			time.Sleep(time.Second)
		}
	}
}
