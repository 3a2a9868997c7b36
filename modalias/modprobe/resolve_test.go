package modprobe_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/modprobe"
)

// cards are modules that share devices.
var cards = []modalias.Module{
	{Name: "r8169", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*", "pci:v000010ECd00008125sv*sd*bc*sc*i*"}},
	{Name: "r8168", Aliases: []string{"pci:v000010ECd00008168sv*sd*bc*sc*i*"}},
	{Name: "r8125", Aliases: []string{"pci:v000010ECd00008125sv*sd*bc*sc*i*"}},
	{Name: "snd_pcsp", Aliases: []string{"platform:pcspkr"}},
	{Name: "pcspkr", Aliases: []string{"platform:pcspkr"}},
}

// own is the lookup of a database of the cards.
func own() func(key string) []string {
	table := modalias.NewTable([]modalias.Platform{{ID: "x", Modules: cards}})
	return func(key string) (names []string) {
		for _, claim := range table.Lookup(key) {
			names = append(names, claim.Name)
		}
		return names
	}
}

func TestResolve(t *testing.T) {
	const nic = "pci:v000010ECd00008168sv00001043sd00008505bc02sc00i00"
	for config, want := range map[string][]string{
		"":                                       {"r8168", "r8169"},
		"blacklist r8169":                        {"r8168"},
		"blacklist r8169\nblacklist r8168":       nil,
		"alias pci:v000010ECd00008168sv* my-nic": {"my_nic"},
		"alias pci:v000010ECd* a\nalias * b\nalias usb:* c": {"a", "b"},
		"alias * a\nblacklist a":                            nil, // and not the modules' own aliases
		"install r8168 /bin/true":                           {"r8168", "r8169"},
		"alias r8168 off":                                   {"r8168", "r8169"},
		"options r8169 debug=1\n# no":                       {"r8168", "r8169"},
	} {
		var c modprobe.Config
		if err := c.Read(strings.NewReader(config), "test.conf"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.Resolve(nic, own()), emptyIsNil); diff != "" {
			t.Errorf("Resolve() with %q mismatch (-want +got):\n%s", config, diff)
		}
	}
}

var emptyIsNil = cmp.Transformer("emptyIsNil", func(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
})

// moduleTree makes the cards' modules, and lets depmod read them.
func moduleTree(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	dir := filepath.Join(base, "lib", "modules", "6.1.0-tiny")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, m := range cards {
		var aliases strings.Builder
		for _, a := range m.Aliases {
			aliases.WriteString("alias=" + a + `\0`)
		}
		run(t, "", kotest.Tool(t, "cc", "gcc"), "-c", "-DNAME="+quote(m.Name), "-DALIASES="+quote(aliases.String()),
			"-o", filepath.Join(dir, m.Name+".ko"), "testdata/module.c")
	}
	for _, name := range []string{"modules.order", "modules.builtin"} {
		write(t, filepath.Join(dir, name), "")
	}
	run(t, "", kotest.Tool(t, "depmod", "kmod"), "-b", base, "6.1.0-tiny")
	return dir
}

// quote writes a string of C; what is escaped in it stays so.
func quote(s string) string { return `"` + s + `"` }

func run(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return string(out)
}

// TestOracleResolve asks libkmod the same.
func TestOracleResolve(t *testing.T) {
	if _, err := os.Stat("/usr/include/libkmod.h"); err != nil {
		kotest.Missing(t, "libkmod.h is not installed: apt-get install libkmod-dev")
	}
	program := filepath.Join(t.TempDir(), "resolve")
	run(t, "", kotest.Tool(t, "cc", "gcc"), "-O1", "-o", program, "testdata/resolve.c", "-lkmod")
	dir := moduleTree(t)
	keys := []string{
		"pci:v000010ECd00008168sv00001043sd00008505bc02sc00i00", "pci:v000010ECd00008125sv00001043sd00008505bc02sc00i00",
		"platform:pcspkr", "platform:pc-spkr", "pci:v0000FFFFd0000FFFFsv0sd0bc0sc0i0", "eth0",
	}
	ignored, lookup := commandLine(t), own()
	random := rand.New(rand.NewPCG(7, 8))
	answers, differences := 0, 0
	for range 300 {
		config := t.TempDir()
		write(t, filepath.Join(config, "x.conf"), randomRules(random))
		c, err := modprobe.ReadDirs(config)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(run(t, strings.Join(keys, "\n")+"\n", program, dir, config), "\n")
		for i, key := range keys {
			names := c.Resolve(key, lookup)
			slices.Sort(names)
			got := strings.Join(slices.Compact(names), " ")
			if answers++; got != want[i] && !blacklistedAtBoot(ignored, want[i], got) {
				differences++
				t.Errorf("Resolve(%q) = %q, libkmod says %q; configuration %+v", key, got, want[i], c)
			}
		}
	}
	t.Logf("%d answers, %d differences", answers, differences)
}

// blacklistedAtBoot says whether the kernel's command line blacklists what
// libkmod leaves out.
func blacklistedAtBoot(ignored map[string]bool, want, got string) bool {
	for _, name := range strings.Fields(got) {
		if !slices.Contains(strings.Fields(want), name) && !ignored["blacklist "+name+"\n"] {
			return false
		}
	}
	return len(want) < len(got)
}

// randomRules are aliases and blacklists of what the keys ask for.
func randomRules(random *rand.Rand) string {
	patterns := []string{"pci:v000010ECd00008168sv*", "pci:v000010ECd*", "platform:pc[rs]pkr", "platform:pc-spkr", "*", "eth0", "r8168", "pci:v000010ECd0000812[0-5]*", "x*"}
	modules := []string{"r8168", "r8169", "r8125", "snd-pcsp", "pcspkr", "not-there", "eth0", "platform:pc-spkr"}
	var b strings.Builder
	for range random.IntN(4) {
		module := modules[random.IntN(len(modules))]
		switch random.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "alias %s %s\n", patterns[random.IntN(len(patterns))], module)
		case 1, 2:
			fmt.Fprintf(&b, "blacklist %s\n", module)
		default:
			fmt.Fprintf(&b, "install %s /bin/true\n", module)
		}
	}
	return b.String()
}
