package source

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// fixable is a tree with every defect that has one right answer, some of them
// in one file, and one that has none.
func fixable(t *testing.T) *tree {
	x := newTree(t)
	x.extension("drv", tgz(t, entry{name: "bus-core.ko", data: bus.ko()}, entry{name: "drv.ko", data: drv.ko()}, driver("mii")),
		`{"drv.ko":"debug=1",  "mii":"", "bus-core.ko":""}`)
	x.replace("drv/r.json", `"sha256":"`, `"sha256":"0`)
	x.replace("drv/rpext-index.json", `"p_1":`, `"q_1+":"`+treeURL+`drv/r.json","gone_1":"`+treeURL+`drv/gone.json","r+_1":"`+treeURL+`drv/r.json","p_1":`)
	x.replace("drv/rpext-index.json", `"p_1":"`+treeURL+`drv/r.json"`, `"p_1":"`+treeURL+`drv/r.json","rp_1":"`+treeURL+`drv/r.json","end":"endofurls"`)
	good(x, "lib")
	x.replace("lib/rpext-index.json", "lib/rpext", "old/rpext")
	good(x, "other")
	a, b, c := x.read("drv/rpext-index.json"), x.read("lib/rpext-index.json"), x.read("other/rpext-index.json")
	x.write("rpext-index.json", []byte(b+"\n"+c+"\n"+a+"\n"+strings.Replace(c, "p_1", "p_0", 1)+"\n"+b+"\n"))
	x.write("no/rpext-index.json", []byte("{"))
	return x
}

// TestFix applies the patch with both of the programs that people use, and
// reads the tree again.
func TestFix(t *testing.T) {
	for _, tool := range []struct {
		name, debian string
		args         []string
	}{
		{"patch", "patch", []string{"-p1", "--fuzz=0"}},
		{"git", "git", []string{"apply", "--whitespace=nowarn", "-"}},
	} {
		t.Run(tool.name, func(t *testing.T) {
			x := fixable(t)
			findings := everythingIn(t, x)
			for code := range fixes {
				if !slices.Contains(codes(findings), code) {
					t.Errorf("the tree has no %s", code)
				}
			}
			before := x.files()
			var patch bytes.Buffer
			if err := Fix(&patch, findings, func(_, file string) string { return file }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, x.files()); diff != "" {
				t.Errorf("Fix() changed files (-before +after):\n%s", diff)
			}
			cmd := exec.Command(kotest.Tool(t, tool.name, tool.debian), tool.args...)
			cmd.Dir, cmd.Stdin = x.dir, &patch
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s\n%s", tool.name, err, out, patch.Bytes())
			}
			findings = everythingIn(t, x)
			if diff := cmp.Diff([]string{"index-unreadable"}, codes(findings)); diff != "" {
				t.Errorf("findings after the patch mismatch (-want +got):\n%s\n%+v", diff, findings)
			}
			if want := `"kmods":{"bus-core.ko":"",  "mii.ko":"", "drv.ko":"debug=1"}`; !strings.Contains(x.read("drv/r.json"), want) {
				t.Errorf("the recipe is %s, want %s", x.read("drv/r.json"), want)
			}
		})
	}
}

// files returns the contents of a tree.
func (x *tree) files() map[string]string {
	all := map[string]string{}
	filepath.WalkDir(x.dir, func(file string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			name, _ := filepath.Rel(x.dir, file)
			all[name] = x.read(name)
		}
		return nil
	})
	return all
}

// FuzzParse: a text whose values are replaced by themselves comes back as it was, whatever is
// in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"\u00e9"}],"c":{}} {"d":null}`))
	f.Add([]byte("[]\n"))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseAll(data)
		if err != nil {
			return
		}
		var edits []edit
		for _, n := range all {
			edits = append(edits, edit{n.start, n.end, string(data[n.start:n.end])})
		}
		if got := apply(data, edits); !bytes.Equal(got, data) {
			t.Errorf("apply() = %q, want %q", got, data)
		}
	})
}
