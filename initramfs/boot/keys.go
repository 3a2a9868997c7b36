package boot

import "context"

// The keys that show something.
const (
	KeyAnswer  = 'a'
	KeyDevices = 'd' // the devices, numbered
	KeyOthers  = 'o' // the other platforms
	KeyQR      = 'q'
	KeyWeb     = 'w' // the page's address, which it is given first
	KeyMedia   = 'm' // where else to save, by the digit that is typed then
	KeyHelp    = 'h' // all keys, and what to do when the target stays silent
	keyEnter   = '\n'
)

// A Key is one, or some, that a person may press after the answer.
type Key struct {
	Keys string
	Word string // in the line below the answer; "" where another's word has it
	Does string
}

// Keys lists all of them, for people.
var Keys = []Key{
	{"a", "a answer", "the answer, as after the boot"},
	{"d", "d devices", "the devices; again: the next page"},
	{"NUMBER Enter", "", "all that is known of this device; Enter: the next page"},
	{"n, b", "", "the same of the next device, of the one before"},
	{"o", "o other", "the other platforms: what each drives, and why not it"},
	{"q", "q QR", "the report as QR codes; again: the next code"},
	{"w", "w web", "ask for a network address, and show the page's"},
	{"s", "s/m save", "save report and plan once more, and send them again"},
	{"m, a digit", "", "save on another medium of those that are listed"},
	{"h or ?", "h help", "this help; again: the next page"},
	{"r", "r reboot", "reboot, whatever else is going on"},
	{"p", "p power off", "power off, whatever else is going on"},
}

// keysHelp is the line below the answer.
var keysHelp = func() string {
	line := "Keys:"
	for _, key := range Keys {
		if key.Word != "" {
			line += " " + key.Word
		}
	}
	return line
}()

// press does what a key asks for. Small and capital letters mean the same.
func (s *session) press(ctx context.Context, key byte) {
	switch {
	case s.stop(key):
		return
	case s.media != nil && '1' <= key && key <= '9':
		s.choose(ctx, key)
		return
	case s.number(key):
		return
	}
	s.media = nil // the screen shows something else now
	typed := s.typed
	s.typed = 0
	switch key |= 0x20; key {
	case 's':
		s.saveAgain(ctx)
	case KeyAnswer:
		s.lastKey = KeyAnswer
		s.show(ctx, s.screens)
		s.screens.progress(s.lastLine())
	case KeyDevices, KeyOthers, KeyQR, KeyHelp:
		s.turn(ctx, key)
	case '?':
		s.turn(ctx, KeyHelp)
	case keyEnter | 0x20, '\r' | 0x20:
		s.enter(ctx, typed)
	case 'n':
		s.detail(ctx, s.device+1)
	case 'b':
		s.detail(ctx, s.device-1)
	case KeyMedia:
		s.lastKey = KeyMedia
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
