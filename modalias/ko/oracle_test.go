package ko_test

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
)

// TestOracleLookup asks libkmod and the index for every alias of a kernel,
// turned into concrete keys, and wants the same set of modules.
func TestOracleLookup(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) { compareLookups(t, s, concreteKeys(s.tree)) })
}

// compareLookups asks both for every key. Keys with a bracket that is not
// balanced are a class of their own: libkmod answers nothing for them and we
// take them as they are (package modalias compares that with fnmatch(3)).
func compareLookups(t *testing.T, s *subject, keys []string) {
	t.Helper()
	answers := bufio.NewScanner(bytes.NewReader(run(t, []byte(strings.Join(keys, "\n")+"\n"), buildTool(t, "lookup"), s.dir())))
	table := writeAndRead(t, s.tree)
	var matched, unbalanced, answered, differences int
	for _, key := range keys {
		answers.Scan()
		got, want := claims(table, key), answers.Text()
		switch {
		case !balanced(key):
			unbalanced++
			if want != "" {
				t.Errorf("libkmod answers %q for %q, which has a bracket that is not balanced", want, key)
			}
			if got != "" {
				answered++
			}
			continue
		case got != want:
			if differences++; differences <= 20 {
				t.Errorf("Lookup(%q) = %q, libkmod says %q", key, got, want)
			}
		}
		if want != "" {
			matched++
		}
	}
	t.Logf("%s: %d keys, %d of them claimed, %d differences; %d more with unbalanced brackets, of which libkmod answers none and we %d",
		s.release, len(keys)-unbalanced, matched, differences, unbalanced, answered)
}

// writeAndRead takes the tree's database through its file.
func writeAndRead(t *testing.T, tree *ko.Tree) *modalias.Table {
	t.Helper()
	var file bytes.Buffer
	if _, err := modalias.NewTable([]modalias.Platform{tree.Platform()}).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	table, err := modalias.ReadTable(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// claims returns the names of the modules that claim a key: built-in ones where
// no other does, because libkmod asks for them last.
func claims(table *modalias.Table, key string) string {
	var names, builtin []string
	for _, claim := range table.Lookup(key) {
		if claim.Builtin {
			builtin = append(builtin, claim.Name)
		} else {
			names = append(names, claim.Name)
		}
	}
	if len(names) == 0 {
		names = builtin
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// concreteKeys turns every alias into strings that a device could have: each
// wildcard filled in three ways, each bracket by its first member.
func concreteKeys(tree *ko.Tree) []string {
	names := moduleNames(tree)
	var keys []string
	for _, m := range slices.Concat(tree.Modules, tree.BuiltinInfo) {
		for _, alias := range m.Aliases {
			for _, filling := range []string{"", "0", "00001AF4/-x"} {
				if key := concrete(alias, filling); !names[strings.ReplaceAll(key, "-", "_")] {
					keys = append(keys, key)
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// moduleNames are the keys that libkmod finds before it looks at aliases.
func moduleNames(tree *ko.Tree) map[string]bool {
	names := map[string]bool{}
	for _, m := range tree.Modules {
		names[m.Name] = true
	}
	for _, name := range tree.Builtin {
		names[name] = true
	}
	return names
}

func concrete(alias, filling string) string {
	var key strings.Builder
	for i := 0; i < len(alias); i++ {
		switch c := alias[i]; c {
		case '*':
			key.WriteString(filling)
		case '?':
			key.WriteByte('7')
		case '[':
			key.WriteByte(alias[i+1])
			i += strings.IndexByte(alias[i:], ']')
		default:
			key.WriteByte(c)
		}
	}
	return key.String()
}
