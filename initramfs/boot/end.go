package boot

import "time"

// end never returns.
func (s *session) end() {
	if s.options.PowerOff {
		s.system.PowerOff()
	}
	keys := make(chan byte)
	for _, c := range s.screens {
		go readKeys(c, keys)
	}
	for key := range keys {
		s.press(key)
	}
}

func (s *session) press(key byte) {
	switch key {
	case 'r', 'R':
		s.system.Reboot()
	case 'p', 'P':
		s.system.PowerOff()
	}
}

// readKeys passes on what is typed. A console may go away and come back (a USB
// serial adapter), so an error only makes it wait.
func readKeys(c console, keys chan<- byte) {
	if t, ok := c.(tty); ok {
		t.raw()
	}
	buffer := make([]byte, 16)
	for {
		n, err := c.Read(buffer)
		for _, key := range buffer[:n] {
			keys <- key
		}
		if err != nil {
			time.Sleep(time.Second)
		}
	}
}
