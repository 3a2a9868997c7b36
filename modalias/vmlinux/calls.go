package vmlinux

// register is one that x86-64 passes arguments in (System V ABI), by its number
// in instructions.
type register byte

const (
	rcx register = 1
	rdx register = 2
	rsi register = 6
	rdi register = 7
)

// call is a place in the code that calls one of the functions looked for, or
// jumps there at its end.
type call struct {
	at     uint64 // address of the instruction
	target uint64
	code   []byte // up to the instruction
}

// Instructions (Intel's manual, volume 2).
const (
	callNear = 0xe8 // and a 32-bit offset
	jumpNear = 0xe9
)

// calls returns the calls of some functions. All code is looked at, instruction
// or not: what only looks like a call will hardly have the right target and,
// before it, a driver as its argument.
func (s *space) calls(targets map[uint64]registrar) []call {
	var list []call
	for _, a := range s.code {
		for at := 0; at+5 <= len(a.data); at++ {
			if op := a.data[at]; op != callNear && op != jumpNear {
				continue
			}
			place := a.addr + uint64(at)
			target := relative(place+5, le.Uint32(a.data[at+1:]))
			if _, wanted := targets[target]; wanted {
				list = append(list, call{place, target, a.data[max(0, at-argumentWindow):at]})
				if len(list) == maxCalls {
					return list
				}
			}
		}
	}
	return list
}

// maxCalls is how many calls are looked at; Linux with all its drivers built in
// has some thousands.
const maxCalls = 100_000

// argumentWindow is how far before a call its arguments are looked for, bytes.
const argumentWindow = 160

// argument returns the address that was last put into a register before the
// call: "mov $address,%reg", or "lea address(%rip),%reg". 0 is for none.
func (c call) argument(r register) uint64 {
	const size = 7
	for at := len(c.code) - size; at >= 0; at-- {
		if c.code[at] != 0x48 {
			continue
		}
		value := le.Uint32(c.code[at+3:])
		switch {
		case c.code[at+1] == 0xc7 && c.code[at+2] == 0xc0|byte(r):
			return relative(0, value)
		case c.code[at+1] == 0x8d && c.code[at+2] == 0x05|byte(r)<<3:
			return relative(c.at-uint64(len(c.code)-at)+size, value)
		}
	}
	return 0
}
