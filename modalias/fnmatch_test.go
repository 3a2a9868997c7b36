package modalias

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestGlobAgreesWithFnmatch compares single matches with the C library's
// fnmatch(3), on random patterns over the characters that mean something.
func TestGlobAgreesWithFnmatch(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var pairs [][2]string
	for range 300_000 {
		pattern, key := randomString(random, "ab-]^!0A/.*?[[[\\:", 12), randomString(random, "ab-]^!0A/.[\\:\xe9", 8)
		pattern = strings.ReplaceAll(pattern, "[.", "[") // a collating symbol
		pairs = append(pairs, [2]string{pattern, key})
	}
	compareFnmatch(t, pairs, func(pattern, key string) bool { return glob(pattern, key, false) })
}

// TestUnbalancedKeysAgreeWithFnmatch compares keys with a bracket that is not
// balanced, as DMI strings can have. kmod refuses them; we take the bracket for
// itself. Patterns are like real ones, with brackets of their own or without,
// and the keys are made from them. They hold no '-', which kmod and we turn into
// '_' before.
func TestUnbalancedKeysAgreeWithFnmatch(t *testing.T) {
	patterns := []string{
		"dmi*:svn*Acme*:pn*", "dmi:*:svnAcme[Ltd*:pnBox]*:", "dmi*:pn*[A-C]x*:", "*:rn*]*:", "dmi:bvn*:bd[0-9]*/2012:*",
		"acpi*:PNP0A08:*", "usb:v0BDAp8156d[0-3]*dc*", "platform:a[b_c]d*", "of:N*T*C[vV]endor,*", "*[[]*", "*[]]*", "x[*", "i2c:?[a*",
	}
	random := rand.New(rand.NewPCG(3, 4))
	var pairs [][2]string
	for len(pairs) < 200_000 {
		pattern := patterns[random.IntN(len(patterns))]
		if key := unbalanced(random, pattern); key != "" {
			pairs = append(pairs, [2]string{pattern, key})
		}
	}
	index := NewIndex(patterns)
	compareFnmatch(t, pairs, func(pattern, key string) bool {
		found := slices.ContainsFunc(index.Lookup(key), func(h Hit) bool { return index.Pattern(h.Pattern) == pattern })
		if alone := Match(pattern, key) == Certain; alone != found {
			t.Errorf("Match(%q, %q) is %v, the index says %v", pattern, key, alone, found)
		}
		return found
	})
}

// unbalanced fills a pattern's wildcards and puts brackets somewhere; it
// returns "" where they come out balanced.
func unbalanced(random *rand.Rand, pattern string) string {
	var key strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*':
			key.WriteString(randomString(random, "[]Acme/x:0", 5))
		case c == '?':
			key.WriteString(randomString(random, "[]a", 1))
		case c == '-':
		case random.IntN(12) == 0:
			key.WriteByte("[]"[random.IntN(2)])
		default:
			key.WriteByte(c)
		}
	}
	depth := 0
	for _, c := range key.String() {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth < 0 || depth > 1 {
			return key.String()
		}
	}
	if depth == 0 {
		return ""
	}
	return key.String()
}

// compareFnmatch holds matches to those of the C library.
func compareFnmatch(t *testing.T, pairs [][2]string, match func(pattern, key string) bool) {
	t.Helper()
	want := fnmatch(t, pairs)
	matches, differences := 0, 0
	for i, pair := range pairs {
		matched := want[i] == '1'
		if matched {
			matches++
		}
		if got := match(pair[0], pair[1]); got != matched {
			if differences++; differences <= 20 {
				t.Errorf("pattern %q, key %q: %v, fnmatch says %v", pair[0], pair[1], got, matched)
			}
		}
	}
	t.Logf("%d pairs, %d of them match, %d differences", len(pairs), matches, differences)
}

// fnmatch asks the C library: '1' for each pair that matches.
func fnmatch(t *testing.T, pairs [][2]string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "fnmatch")
	if out, err := exec.Command(kotest.Tool(t, "cc", "gcc"), "-O1", "-o", program, "testdata/fnmatch.c").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	var input bytes.Buffer
	for _, pair := range pairs {
		input.WriteString(pair[0] + "\x00" + pair[1] + "\x00")
	}
	cmd := exec.Command(program)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stdin = &input
	answers, err := cmd.Output()
	if err != nil || len(answers) != len(pairs) {
		t.Fatalf("%d answers to %d pairs: %v", len(answers), len(pairs), err)
	}
	return answers
}

func randomString(random *rand.Rand, alphabet string, longest int) string {
	s := make([]byte, random.IntN(longest+1))
	for i := range s {
		s[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(s)
}
