package modalias

import "strings"

// glob is fnmatch(3) with flags 0 in the C locale. With generous set, an
// Unknown byte of the key matches where any of the digits that it can be does;
// otherwise only where all of them do.
//
// Only the last '*' needs to be remembered: what an earlier one could take
// over, the later one can too. That bounds the work by the product of both
// lengths.
func glob(pattern, key string, generous bool) bool {
	p, k := 0, 0
	star, resume := -1, 0
	for k < len(key) {
		if p < len(pattern) {
			if pattern[p] == '*' {
				if p++; p == len(pattern) {
					return true
				}
				star, resume = p, k
				continue
			}
			if width := oneOrUnknown(pattern[p:], key[k], generous); width > 0 {
				p += width
				k++
				continue
			}
		}
		if star < 0 {
			return false
		}
		resume = candidate(pattern[star], key, resume+1)
		p, k = star, resume
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// candidate returns the first place from k on where what follows a '*', which
// begins with c, could begin.
func candidate(c byte, key string, k int) int {
	if isPlain(c) {
		for k < len(key) && key[k] != c && key[k] != Unknown {
			k++
		}
	}
	return k
}

func isPlain(c byte) bool { return c != '*' && c != '?' && c != '[' && c != '\\' }

// digits are what an [Unknown] byte can be.
const digits = "0123456789ABCDEF"

func oneOrUnknown(pattern string, c byte, generous bool) (width int) {
	if c != Unknown {
		if pattern[0] == c && isPlain(c) {
			return 1
		}
		return one(pattern, c)
	}
	matched := 0
	for _, digit := range []byte(digits) {
		if n := one(pattern, digit); n > 0 {
			matched++
			width = n
		}
	}
	if matched == len(digits) || matched > 0 && generous {
		return width
	}
	return 0
}

// one matches the first element of a pattern, which is not '*', against one
// byte. It returns the element's width in the pattern, or 0 for no match.
func one(pattern string, c byte) int {
	if pattern == "" {
		return 0
	}
	switch pattern[0] {
	case '?':
		return 1
	case '[':
		if matched, width := class(pattern, c); matched {
			return width
		} else if width > 0 {
			return 0
		}
	case '\\':
		if len(pattern) > 1 && pattern[1] == c {
			return 2
		}
		return 0
	}
	if pattern[0] == c {
		return 1
	}
	return 0
}

// class matches a bracket expression, POSIX.2 section 3.13 as glibc's fnmatch
// reads it, but for collating symbols ("[.a.]", "[=a=]"), which no alias has.
// A width of 0 says that the bracket is not closed.
func class(pattern string, c byte) (matched bool, width int) {
	i := 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	for first := true; ; first = false {
		if i >= len(pattern) {
			return false, 0
		}
		if pattern[i] == ']' && !first {
			return matched != negated, i + 1
		}
		if in, n := named(pattern[i:], c); n > 0 {
			matched = matched || in
			i += n
			continue
		}
		low, n := member(pattern[i:])
		if n == 0 {
			return false, 0
		}
		i += n
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			if high, n = member(pattern[i+1:]); n == 0 {
				return false, 0
			}
			i += 1 + n
		}
		matched = matched || low <= c && c <= high
	}
}

// member reads one character of a bracket expression.
func member(s string) (c byte, width int) {
	if s[0] != '\\' {
		return s[0], 1
	}
	if len(s) == 1 {
		return 0, 0
	}
	return s[1], 2
}

// named matches an expression such as [:alpha:] inside brackets.
func named(s string, c byte) (matched bool, width int) {
	if !strings.HasPrefix(s, "[:") {
		return false, 0
	}
	name, _, found := strings.Cut(s[2:], ":]")
	if !found {
		return false, 0
	}
	in, known := classes[name]
	if !known {
		return false, 0
	}
	return in(c), len("[::]") + len(name)
}

var classes = map[string]func(c byte) bool{
	"alnum":  func(c byte) bool { return isDigit(c) || isAlpha(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  func(c byte) bool { return ' ' < c && c < 0x7f },
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return ' ' <= c && c < 0x7f },
	"punct":  func(c byte) bool { return ' ' < c && c < 0x7f && !isDigit(c) && !isAlpha(c) },
	"space":  func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' },
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' },
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func hasUnknown(key string) bool { return strings.IndexByte(key, Unknown) >= 0 }

// normalize turns '-' into '_' outside of brackets, as kmod does before it
// stores a pattern or looks a key up. Where a bracket is not balanced, which
// kmod refuses, all that follows it is treated as outside.
func normalize(s string) string {
	if strings.IndexByte(s, '-') < 0 {
		return s
	}
	from := nextDash(s, 0)
	if from == len(s) {
		return s
	}
	out := []byte(s)
	for i := from; i < len(s); i = nextDash(s, i+1) {
		out[i] = '_'
	}
	return string(out)
}

// nextDash returns the place of the first '-' outside of brackets from i on,
// which is outside itself.
func nextDash(s string, i int) int {
	for ; i < len(s) && s[i] != '-'; i++ {
		if s[i] == '[' {
			if end := strings.IndexByte(s[i:], ']'); end > 0 {
				i += end
			}
		}
	}
	return i
}
