package ko_test

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestOracleMutatedKeys asks for strings that no device has but that are close
// to what devices have: more than a million over all kernels.
func TestOracleMutatedKeys(t *testing.T) {
	count := 200_000
	if testing.Short() {
		count = 10_000
	}
	forKernels(t, func(t *testing.T, s *subject) { compareLookups(t, s, mutatedKeys(s, count)) })
}

// mutatedKeys changes concrete keys at one to three places. It leaves out what
// libkmod does not take for an alias: names of modules and symbols. count is
// that of keys with balanced brackets; others come in addition.
func mutatedKeys(s *subject, count int) []string {
	hash := fnv.New64a()
	io.WriteString(hash, s.release)
	random := rand.New(rand.NewPCG(20, hash.Sum64()))
	names := moduleNames(s.tree)
	seeds := concreteKeys(s.tree)
	var keys []string
	for count > 0 {
		key := []byte(seeds[random.IntN(len(seeds))])
		for range 1 + random.IntN(3) {
			key = mutations[random.IntN(len(mutations))](random, key)
		}
		name := strings.ReplaceAll(string(key), "-", "_")
		if len(key) == 0 || names[name] || strings.HasPrefix(name, "symbol:") {
			continue
		}
		keys = append(keys, string(key))
		if balanced(string(key)) {
			count--
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
		return insert(r, key, []string{"*", "?", "[a-f]", "[0-9]", "[!x]", "[]", "[", "]"}[r.IntN(8)])
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
func balanced(key string) bool {
	for {
		at := strings.IndexAny(key, "[]")
		if at < 0 {
			return true
		}
		end := strings.IndexByte(key[at:], ']')
		if end <= 0 {
			return false
		}
		key = key[at+end+1:]
	}
}
