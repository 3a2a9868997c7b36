package ko_test

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// oracleKernels are those that every test run compares with kmod.
var oracleKernels = []string{"linux-image-amd64", "linux-image-cloud-amd64", "linux-image-6.12-amd64", "linux-image-6.12-cloud-amd64"}

// depmod runs the real depmod over a kernel tree and returns the directory
// with its files. It can write only beside the modules, so it gets a copy of
// the tree, of hard links where that is possible.
func depmod(t *testing.T, kernel kotest.Kernel) string {
	t.Helper()
	base := t.TempDir()
	dir := filepath.Join(base, "lib", "modules", kernel.Release)
	err := filepath.WalkDir(kernel.Modules, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(file, kernel.Modules))
		switch {
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		case d.Type().IsRegular():
			return linkOrCopy(file, to)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, nil, kotest.Tool(t, "depmod", "kmod"), "-b", base, kernel.Release)
	return dir
}

func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

func run(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return out
}

func readTree(t *testing.T, kernel kotest.Kernel) *ko.Tree {
	t.Helper()
	tree, err := ko.ReadTree(kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range tree.Bad {
		t.Error(err)
	}
	return tree
}

// TestLookupAgreesWithLibkmod asks libkmod and the index for every alias of a
// kernel, turned into concrete keys, and wants the same set of modules.
func TestLookupAgreesWithLibkmod(t *testing.T) {
	for _, name := range oracleKernels {
		t.Run(name, func(t *testing.T) {
			kernel := kotest.Debian(t, name)
			tree := readTree(t, kernel)
			compareLookups(t, kernel, tree, concreteKeys(tree))
		})
	}
}

// compareLookups asks both for every key.
func compareLookups(t *testing.T, kernel kotest.Kernel, tree *ko.Tree, keys []string) {
	t.Helper()
	want := run(t, []byte(strings.Join(keys, "\n")+"\n"), buildLookup(t), depmod(t, kernel))
	differences, matched := 0, 0
	table := writeAndRead(t, tree)
	builtin := map[string]bool{}
	for _, name := range tree.Builtin {
		builtin[name] = true
	}
	lines := bufio.NewScanner(bytes.NewReader(want))
	for _, key := range keys {
		lines.Scan()
		got, want := claims(table, key), withoutBuiltin(lines.Text(), builtin)
		if got != want {
			if differences++; differences <= 20 {
				t.Errorf("Lookup(%q) = %q, libkmod says %q", key, got, want)
			}
		}
		if want != "" {
			matched++
		}
	}
	t.Logf("%s: %d keys, %d of them claimed, %d differences", kernel.Release, len(keys), matched, differences)
}

// withoutBuiltin takes away what libkmod names where no other module answers.
func withoutBuiltin(names string, builtin map[string]bool) string {
	if !slices.ContainsFunc(strings.Fields(names), func(name string) bool { return builtin[name] }) {
		return names
	}
	return strings.Join(slices.DeleteFunc(strings.Fields(names), func(name string) bool { return builtin[name] }), " ")
}

func buildLookup(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "lookup")
	if _, err := os.Stat("/usr/include/libkmod.h"); err != nil {
		kotest.Missing(t, "libkmod.h is not installed: apt-get install libkmod-dev")
	}
	run(t, nil, kotest.Tool(t, "cc", "gcc"), "-O1", "-o", program, "testdata/lookup.c", "-lkmod")
	return program
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

// claims leaves out built-in modules: libkmod asks for them only where no
// other module has answered.
func claims(table *modalias.Table, key string) string {
	var names []string
	for _, claim := range table.Lookup(key) {
		if !claim.Builtin {
			names = append(names, claim.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// concreteKeys turns every alias into strings that a device could have: each
// wildcard filled in three ways, each bracket by its first member.
func concreteKeys(tree *ko.Tree) []string {
	names := map[string]bool{} // libkmod looks for modules of this name first
	for _, m := range tree.Modules {
		names[m.Name] = true
	}
	var keys []string
	for _, m := range tree.Modules {
		for _, alias := range m.Aliases {
			for _, filling := range []string{"", "0", "00001AF4/-x"} {
				key := concrete(alias, filling)
				if !names[strings.ReplaceAll(key, "-", "_")] {
					keys = append(keys, key)
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
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

// TestAliasesAgreeWithDepmod compares with modules.alias, as a multiset.
func TestAliasesAgreeWithDepmod(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	var got []string
	for _, m := range readTree(t, kernel).Modules {
		for _, alias := range m.Aliases {
			got = append(got, "alias "+alias+" "+m.Name)
		}
	}
	want := readLines(t, filepath.Join(depmod(t, kernel), "modules.alias"), "alias ")
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("aliases differ from depmod's (-want +got):\n%s", diff)
	}
	t.Logf("%s: %d aliases", kernel.Release, len(got))
}

// TestDependenciesAgreeWithDepmod compares direct and indirect dependencies
// with modules.dep.
func TestDependenciesAgreeWithDepmod(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	tree := readTree(t, kernel)
	graph := tree.Graph()
	want := map[string][]string{}
	for _, line := range readLines(t, filepath.Join(depmod(t, kernel), "modules.dep"), "") {
		file, needs, _ := strings.Cut(line, ":")
		want[file] = slices.Sorted(slices.Values(strings.Fields(needs)))
	}
	got := map[string][]string{}
	for _, m := range tree.Modules {
		got[m.File] = slices.Sorted(slices.Values(allNeeds(graph, m)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dependencies differ from depmod's (-want +got):\n%s", diff)
	}
}

func allNeeds(g *ko.Graph, m *ko.Module) []string {
	seen := map[*ko.Module]bool{}
	var files []string
	var visit func(*ko.Module)
	visit = func(m *ko.Module) {
		for _, need := range g.Needs(m) {
			if !seen[need] {
				seen[need] = true
				files = append(files, need.File)
				visit(need)
			}
		}
	}
	visit(m)
	return files
}

func readLines(t *testing.T, file, prefix string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, prefix) && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestInfoAgreesWithModinfo compares every field with what modinfo prints.
func TestInfoAgreesWithModinfo(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-6.12-cloud-amd64")
	tree := readTree(t, kernel)
	args := make([]string, len(tree.Modules))
	for i, m := range tree.Modules {
		args[i] = filepath.Join(kernel.Modules, m.File)
	}
	out := run(t, nil, kotest.Tool(t, "modinfo", "kmod"), append([]string{"-0"}, args...)...)
	want := modinfos(string(out))
	for i, m := range tree.Modules {
		for _, param := range m.Params { // modinfo adds the type from parmtype
			if !slices.ContainsFunc(want[i]["parm"], func(line string) bool { return line == param || strings.HasPrefix(line, param+" (") }) {
				t.Errorf("%s: modinfo has no parameter %q", m.File, param)
			}
		}
		delete(want[i], "parm")
		if diff := cmp.Diff(want[i], fields(m)); diff != "" {
			t.Errorf("%s differs from modinfo's (-want +got):\n%s", m.File, diff)
		}
	}
	t.Logf("%s: %d modules", kernel.Release, len(tree.Modules))
}

// modinfos splits the output of modinfo -0 into one map a module.
func modinfos(out string) []map[string][]string {
	var list []map[string][]string
	for field := range strings.SplitSeq(out, "\x00") {
		if strings.HasPrefix(field, "filename:") {
			list = append(list, map[string][]string{})
			continue
		}
		tag, value, _ := strings.Cut(field, "=")
		if parm, found := strings.CutPrefix(field, "parm:"); found { // the one tag that it does not print as it is
			tag, value = "parm", strings.TrimSpace(parm)
		}
		if slices.Contains(compared, tag) {
			last := list[len(list)-1]
			if once := tag == "description" || tag == "license"; value != "" && !(once && len(last[tag]) > 0) {
				last[tag] = append(last[tag], value)
			}
		}
	}
	return list
}

var compared = []string{"name", "description", "license", "alias", "depends", "firmware", "vermagic", "srcversion", "parm"}

func fields(m *ko.Module) map[string][]string {
	all := map[string][]string{"alias": m.Aliases, "firmware": m.Firmware}
	for tag, value := range map[string]string{
		"name": m.Name, "description": m.Description, "license": m.License, "vermagic": m.Vermagic, "srcversion": m.Srcversion,
		"depends": strings.Join(m.Depends, ","),
	} {
		if value != "" {
			all[tag] = []string{value}
		}
	}
	for tag, values := range all {
		if len(values) == 0 {
			delete(all, tag)
		}
	}
	return all
}
