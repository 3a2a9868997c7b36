package ko_test

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestOracleFields compares every field of every module with what modinfo
// prints, in its order, signatures too.
func TestOracleFields(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		var paths []string
		for _, m := range s.tree.Modules {
			paths = append(paths, s.file(m))
		}
		want := modinfo(t, paths...)
		fields := 0
		for i, d := range s.details {
			got := parametersLast(slices.Concat(modinfoFields(d.Fields), signatureFields(d.Signature)))
			fields += len(got)
			if diff := cmp.Diff(want[i], got); diff != "" {
				t.Errorf("%s differs from modinfo's (-want +got):\n%s", d.Module.File, diff)
			}
		}
		t.Logf("%s: %d modules, %d fields", s.release, len(s.details), fields)
	})
}

// modinfo returns its lines about each module, parameters last and sorted.
func modinfo(t *testing.T, args ...string) [][]string {
	t.Helper()
	out := run(t, nil, kotest.Tool(t, "modinfo", "kmod"), append([]string{"-0"}, args...)...)
	var list [][]string
	for field := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		switch last := len(list) - 1; {
		case strings.HasPrefix(field, "name:"): // of a built-in module
		case strings.HasPrefix(field, "filename:"):
			list = append(list, nil)
		case strings.HasPrefix(field, "signature="): // its bytes in hexadecimal
		default:
			list[last] = append(list[last], field)
		}
	}
	for i := range list {
		list[i] = parametersLast(list[i])
	}
	return list
}

const parameter = "parm:           " // how modinfo begins these lines

func parametersLast(lines []string) []string {
	parameters := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.HasPrefix(line, parameter) })
	others := slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, parameter) })
	slices.Sort(parameters)
	return slices.Concat(others, parameters)
}

// modinfoFields writes fields as modinfo does, which joins parm and parmtype of
// one parameter.
func modinfoFields(fields []ko.Field) []string {
	var lines []string
	about, types := map[string]string{}, map[string]string{}
	for _, f := range fields {
		name, text, _ := strings.Cut(f.Value, ":")
		switch f.Tag {
		case "parm":
			about[name] = text
		case "parmtype":
			types[name] = text
		default:
			lines = append(lines, f.Tag+"="+f.Value)
		}
	}
	for name, text := range about {
		if kind, found := types[name]; found {
			text += " (" + kind + ")"
		}
		lines = append(lines, parameter+name+":"+text)
		delete(types, name)
	}
	for name, kind := range types {
		lines = append(lines, parameter+name+":"+kind)
	}
	return lines
}

func signatureFields(s *ko.Signature) []string {
	if s == nil {
		return nil
	}
	key := strings.ToUpper(hex.EncodeToString(s.Key))
	for i := len(key) - 2; i > 0; i -= 2 {
		key = key[:i] + ":" + key[i:]
	}
	return []string{"sig_id=" + s.Type, "signer=" + s.Signer, "sig_key=" + key, "sig_hashalgo=" + s.Hash}
}

// TestOracleBuiltin compares what modules.builtin.modinfo says with modinfo. It
// also has parameters of what is no module, which modinfo does not know, and where
// a loadable module has the name as an alias, modinfo speaks of that.
func TestOracleBuiltin(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		args := []string{"-b", s.base, "-k", s.release}
		var builtin []*ko.Module
		table := writeAndRead(t, s.tree)
		for _, m := range s.tree.BuiltinInfo {
			if slices.Contains(s.tree.Builtin, m.Name) && claims(table, m.Name) == "" {
				builtin, args = append(builtin, m), append(args, m.Name)
			}
		}
		want := modinfo(t, args...)
		for i, m := range builtin {
			wanted := ko.Module{Name: m.Name, File: m.File}
			for _, line := range want[i] {
				tag, value, _ := strings.Cut(line, "=")
				wanted.Set(tag, value)
			}
			for _, p := range m.Params { // modinfo adds the type
				if !slices.ContainsFunc(want[i], func(line string) bool { return strings.HasPrefix(line, parameter+p) }) {
					t.Errorf("%s: modinfo has no parameter %q", m.Name, p)
				}
			}
			if diff := cmp.Diff(&wanted, m, cmpopts.IgnoreFields(ko.Module{}, "Params")); diff != "" {
				t.Errorf("%s differs from modinfo's (-want +got):\n%s", m.Name, diff)
			}
		}
		t.Logf("%s: %d built-in modules, %d with fields", s.release, len(s.tree.Builtin), len(builtin))
	})
}

// TestOracleAliases compares with modules.alias, as a multiset.
func TestOracleAliases(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		var got []string
		for _, m := range s.tree.Modules {
			for _, alias := range m.Aliases {
				got = append(got, "alias "+alias+" "+m.Name)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(s.readLines(t, "modules.alias"), got); diff != "" {
			t.Errorf("aliases differ from depmod's (-want +got):\n%s", diff)
		}
		t.Logf("%s: %d aliases", s.release, len(got))
	})
}

// TestOracleSoftdeps compares with modules.softdep.
func TestOracleSoftdeps(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		var got []string
		for _, d := range s.details {
			for _, f := range d.Fields {
				if f.Tag == "softdep" {
					got = append(got, "softdep "+d.Module.Name+" "+f.Value)
				}
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(s.readLines(t, "modules.softdep"), got); diff != "" {
			t.Errorf("softdeps differ from depmod's (-want +got):\n%s", diff)
		}
		t.Logf("%s: %d softdeps", s.release, len(got))
	})
}

// TestOracleDependencies compares with modules.dep, in its order.
func TestOracleDependencies(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		graph := s.tree.Graph()
		var got []string
		for _, m := range s.tree.Modules {
			line := plainName(m.File) + ":"
			for _, need := range graph.Dependencies(m) {
				line += " " + plainName(need.File)
			}
			got = append(got, line)
		}
		slices.Sort(got)
		if diff := cmp.Diff(s.readLines(t, "modules.dep"), got); diff != "" {
			t.Errorf("dependencies differ from depmod's (-want +got):\n%s", diff)
		}
		t.Logf("%s: %d modules", s.release, len(got))
	})
}

// TestOracleSymbols compares with modules.symbols, and checksums of imports
// and exports with libkmod.
func TestOracleSymbols(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		var got []string
		var paths strings.Builder
		for _, m := range s.tree.Modules {
			for _, symbol := range m.Exports {
				got = append(got, "alias symbol:"+symbol+" "+m.Name)
			}
			fmt.Fprintln(&paths, s.file(m))
		}
		slices.Sort(got)
		if diff := cmp.Diff(s.readLines(t, "modules.symbols"), got); diff != "" {
			t.Errorf("symbols differ from depmod's (-want +got):\n%s", diff)
		}
		out := run(t, []byte(paths.String()), buildTool(t, "symbols"))
		for i, want := range strings.Split(strings.TrimSuffix(string(out), "\n\n"), "\n\n") {
			d := s.details[i]
			if diff := cmp.Diff(sortedLines(want), symbolLines(d)); diff != "" {
				t.Errorf("%s: checksums differ from libkmod's (-want +got):\n%s", d.Module.File, diff)
			}
		}
		t.Logf("%s: %d exports", s.release, len(got))
	})
}

func sortedLines(text string) []string {
	return slices.Sorted(strings.SplitSeq(strings.Trim(text, "\n"), "\n"))
}

func symbolLines(d *ko.Details) []string {
	lines := []string{}
	for _, v := range d.Versions {
		lines = append(lines, fmt.Sprintf("import %08x %s", v.CRC, v.Symbol))
	}
	for _, x := range d.Exported {
		lines = append(lines, fmt.Sprintf("export %08x %s", x.CRC, x.Symbol))
	}
	slices.Sort(lines)
	return lines
}

// What xz decompresses is what we do.
func TestOracleXZ(t *testing.T) {
	forKernels(t, func(t *testing.T, s *subject) {
		for i, m := range s.tree.Modules {
			if diff := cmp.Diff(s.details[i].Module, m, cmpopts.IgnoreFields(ko.Module{}, "File")); diff != "" {
				t.Errorf("%s: decompressed by xz (-) and by us (+):\n%s", m.File, diff)
			}
		}
		t.Logf("%s: %d modules, first %s", s.release, len(s.tree.Modules), filepath.Base(s.tree.Modules[0].File))
	})
}
