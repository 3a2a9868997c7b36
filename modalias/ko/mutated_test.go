package ko_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestMutatedKeysAgreeWithLibkmod asks for strings that no device has but that
// are close to what devices have.
func TestMutatedKeysAgreeWithLibkmod(t *testing.T) {
	count := 1_000_000
	if testing.Short() {
		count = 50_000
	}
	kernel := kotest.Debian(t, "linux-image-amd64")
	tree := readTree(t, kernel)
	compareLookups(t, kernel, tree, mutatedKeys(tree, count))
}

// mutatedKeys changes concrete keys at one to three places. It leaves out what
// libkmod does not take for an alias: names of modules, symbols, and keys with
// a bracket that is not balanced, which it answers nothing for (they are
// compared with fnmatch(3) in package modalias).
func mutatedKeys(tree *ko.Tree, count int) []string {
	random := rand.New(rand.NewPCG(20, 26))
	names := map[string]bool{}
	for _, m := range tree.Modules {
		names[m.Name] = true
	}
	seeds := concreteKeys(tree)
	keys := make([]string, 0, count)
	for len(keys) < count {
		key := []byte(seeds[random.IntN(len(seeds))])
		for range 1 + random.IntN(3) {
			key = mutations[random.IntN(len(mutations))](random, key)
		}
		name := strings.ReplaceAll(string(key), "-", "_")
		if len(key) > 0 && !names[name] && balanced(key) && !strings.HasPrefix(name, "symbol:") {
			keys = append(keys, string(key))
		}
	}
	return keys
}

// mutations change a key; each returns one that it may have made anew.
var mutations = []func(random *rand.Rand, key []byte) []byte{
	func(r *rand.Rand, key []byte) []byte { // case
		return change(r, key, func(c byte) byte {
			if 'a' <= c|0x20 && c|0x20 <= 'z' {
				return c ^ 0x20
			}
			return c
		})
	},
	func(r *rand.Rand, key []byte) []byte { // another digit
		return change(r, key, func(byte) byte { return "0123456789ABCDEF"[r.IntN(16)] })
	},
	func(r *rand.Rand, key []byte) []byte { // '-' and '_'
		return change(r, key, func(byte) byte { return "-_"[r.IntN(2)] })
	},
	func(r *rand.Rand, key []byte) []byte { // what DMI strings and prose have
		return insert(r, key, []string{"/", "\"", "'", "\\", " ", ".", ",", ":", "\xc3\xa9", "\xff", "\t"}[r.IntN(11)])
	},
	func(r *rand.Rand, key []byte) []byte { // wildcards in the key are letters like others
		return insert(r, key, []string{"*", "?", "[a-f]", "[0-9]", "[!x]", "[]"}[r.IntN(6)])
	},
	func(r *rand.Rand, key []byte) []byte { return key[:r.IntN(len(key)+1)] },
	func(r *rand.Rand, key []byte) []byte { return key[r.IntN(len(key)+1):] },
	func(r *rand.Rand, key []byte) []byte { // a part twice
		from := r.IntN(len(key) + 1)
		return insert(r, key, string(key[from:from+r.IntN(len(key)-from+1)]))
	},
}

func change(r *rand.Rand, key []byte, to func(byte) byte) []byte {
	if len(key) == 0 {
		return key
	}
	key = slices.Clone(key)
	at := r.IntN(len(key))
	key[at] = to(key[at])
	return key
}

func insert(r *rand.Rand, key []byte, text string) []byte {
	return slices.Insert(slices.Clone(key), r.IntN(len(key)+1), []byte(text)...)
}

// balanced says whether kmod's alias_normalize takes the key: every '[' is
// closed and no ']' stands alone.
func balanced(key []byte) bool {
	for i := 0; i < len(key); i++ {
		switch key[i] {
		case ']':
			return false
		case '[':
			end := slices.Index(key[i:], ']')
			if end < 0 {
				return false
			}
			i += end
		}
	}
	return true
}
