package modalias

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestGlobAgreesWithFnmatch compares single matches with the C library's
// fnmatch(3), on random patterns over the characters that mean something.
func TestGlobAgreesWithFnmatch(t *testing.T) {
	program := filepath.Join(t.TempDir(), "fnmatch")
	if out, err := exec.Command(kotest.Tool(t, "cc", "gcc"), "-O1", "-o", program, "testdata/fnmatch.c").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var pairs [][2]string
	var input bytes.Buffer
	for range 300_000 {
		pattern, key := randomString(random, "ab-]^!0A/.*?[[[\\:", 12), randomString(random, "ab-]^!0A/.[\\:\xe9", 8)
		pattern = strings.ReplaceAll(pattern, "[.", "[") // a collating symbol
		pairs = append(pairs, [2]string{pattern, key})
		input.WriteString(pattern + "\x00" + key + "\x00")
	}
	cmd := exec.Command(program)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stdin = &input
	want, err := cmd.Output()
	if err != nil || len(want) != len(pairs) {
		t.Fatalf("%d answers to %d pairs: %v", len(want), len(pairs), err)
	}
	matches, differences := 0, 0
	for i, pair := range pairs {
		matched := want[i] == '1'
		if matched {
			matches++
		}
		if got := glob(pair[0], pair[1], false); got != matched {
			if differences++; differences <= 20 {
				t.Errorf("glob(%q, %q) = %v, fnmatch says %v", pair[0], pair[1], got, matched)
			}
		}
	}
	t.Logf("%d pairs, %d of them match, %d differences", len(pairs), matches, differences)
}

func randomString(random *rand.Rand, alphabet string, longest int) string {
	s := make([]byte, random.IntN(longest+1))
	for i := range s {
		s[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(s)
}
