package boot

import (
	"context"
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/show"
)

// The keys that show something. Parts.Pages has the text of all but the first.
const (
	KeyAnswer  = 'a'
	KeyDevices = 'd' // details of each device
	KeyOthers  = 'o' // the other platforms
	KeyQR      = 'q'
	KeyWeb     = 'w' // the page's address, which it is given first
	KeyMedia   = 'm' // where else to save, by the digit that is typed then
	KeyHelp    = 'h' // when the target stays silent after it booted
)

const keysHelp = "Keys: a answer d devices o others q QR w web h help s save r reboot p power off"

// press does what a key asks for. Small and capital letters mean the same.
func (s *session) press(ctx context.Context, key byte) {
	switch {
	case s.stop(key):
		return
	case '1' <= key && key <= '9':
		s.choose(ctx, key)
		return
	}
	s.media = nil // the screen shows something else now
	switch key |= 0x20; key {
	case 's':
		s.saveAgain(ctx)
	case KeyAnswer:
		s.show(ctx, s.screens)
		s.screens.progress(s.lastLine())
	case KeyDevices, KeyOthers, KeyQR, KeyHelp:
		s.turn(ctx, key)
	case KeyMedia:
		s.offerMedia(ctx)
	case KeyWeb:
		s.showAddress(ctx)
	}
}

// stop ends the machine where the key asks for it.
func (s *session) stop(key byte) bool {
	switch key | 0x20 {
	case 'r':
		s.system.Reboot()
	case 'p':
		s.system.PowerOff()
	default:
		return false
	}
	return true
}

// showAddress makes the page available and shows where it is, for a phone to
// read too. Pressed again it asks again, for a cable that was plugged in since.
func (s *session) showAddress(ctx context.Context) {
	if len(s.urls()) == 0 {
		s.options.Serve = true
		s.reach(ctx)
	}
	if len(s.urls()) == 0 {
		s.screens.progress(s.lastLine())
		return
	}
	s.turn(ctx, KeyWeb)
}

// saveAgain is for a stick that was missing, full or pulled out before, and for
// a server that could not be reached.
func (s *session) saveAgain(ctx context.Context) {
	if s.report == nil {
		return
	}
	s.unsaved = nil
	s.saveReport(ctx)
	if s.plan != nil {
		s.savePlan(ctx)
	}
	if s.options.Export != nil {
		s.reach(ctx)
	}
	s.screens.progress(s.lastLine())
}

// turn shows the first page of what a key stands for, and the next one each
// time that it is pressed again.
func (s *session) turn(ctx context.Context, key byte) {
	s.page++
	if s.lastKey != key {
		s.lastKey, s.page = key, 0
	}
	if s.report == nil {
		return
	}
	for _, screen := range s.screens {
		pages, err := within(ctx, limitShow, func(context.Context) ([]string, error) {
			size := screen.Size()
			size.Height--
			return s.pages(key, size)
		})
		s.complain("show", err)
		if len(pages) == 0 {
			continue
		}
		n := s.page % len(pages)
		screen.Replace([]byte(strings.TrimSuffix(pages[n], "\n") + "\n"))
		fmt.Fprintf(screen, "Page %d of %d. %c next page, a answer, r reboot, p power off\n", n+1, len(pages), key)
	}
}

// pages are what a key shows.
func (s *session) pages(key byte, size Size) ([]string, error) {
	if key != KeyWeb && s.parts.Pages != nil {
		return s.parts.Pages(key, s.plan, s.report, size)
	}
	var pages []string
	for _, url := range s.urls() {
		var b strings.Builder
		if err := show.Code(&b, url); err != nil {
			return nil, err
		}
		pages = append(pages, b.String()+url+"\n")
	}
	return pages, nil
}
