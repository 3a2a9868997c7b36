package layout

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sampleManifest = Manifest{FileOf("init", []byte("one")), FileOf("lib/with space", []byte("two"))}

func TestManifestRoundTrip(t *testing.T) {
	got, err := ParseManifest(sampleManifest.String())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleManifest, got); diff != "" {
		t.Errorf("ParseManifest() mismatch (-want +got):\n%s", diff)
	}
}

func TestManifestDamaged(t *testing.T) {
	text := sampleManifest.String()
	tests := map[string]string{
		"empty":        "",
		"cut":          text[:len(text)/2],
		"no end":       text[:len(text)-len("end 2\n")],
		"line missing": "end 1\n",
		"short hash":   "abcd 3 init\nend 1\n",
		"bad size":     sampleManifest[0].SHA256 + " -3 init\nend 1\n",
		"climbs":       sampleManifest[0].SHA256 + " 3 ../init\nend 1\n",
	}
	for name, text := range tests {
		if m, err := ParseManifest(text); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: ParseManifest() = %v, %v, want ErrDamaged", name, m, err)
		}
	}
}

func TestManifestCheck(t *testing.T) {
	tests := []struct {
		name string
		harm func(root string) error
		want string
	}{
		{"whole", func(string) error { return nil }, ""},
		{"changed", func(root string) error { return os.WriteFile(filepath.Join(root, "init"), []byte("eno"), 0o644) },
			"damaged initramfs: init: content differs"},
		{"cut", func(root string) error { return os.WriteFile(filepath.Join(root, "init"), []byte("on"), 0o644) },
			"damaged initramfs: init: 2 bytes, want 3"},
		{"gone", func(root string) error { return os.Remove(filepath.Join(root, "init")) },
			"damaged initramfs: init: no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			manifest := Manifest{sampleManifest[0]}
			if err := os.WriteFile(filepath.Join(root, "init"), []byte("one"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := tt.harm(root); err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, err := range manifest.Check(root) {
				got += err.Error()
			}
			if got != tt.want {
				t.Errorf("Check() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestManifestRead(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{"init": "one", "damaged": "eno", "more": "more"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	manifest := append(Manifest{FileOf("damaged", []byte("one"))}, sampleManifest...)
	if data, err := manifest.Read(root, "init"); err != nil || string(data) != "one" {
		t.Errorf("Read() = %q, %v, want one", data, err)
	}
	for name, want := range map[string]string{
		"damaged":        "damaged initramfs: damaged: content differs",
		"more":           "damaged initramfs: more: content differs",
		"lib/with space": "damaged initramfs: lib/with space: no such file or directory",
	} {
		if data, err := manifest.Read(root, name); !errors.Is(err, ErrDamaged) || err.Error() != want || data != nil {
			t.Errorf("Read(%s) = %q, %v, want %s", name, data, err, want)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(sampleManifest.String())
	f.Add("end 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		again, err := ParseManifest(m.String())
		if err != nil || !cmp.Equal(m, again) {
			t.Errorf("ParseManifest(%q) does not survive a round trip: %v", text, err)
		}
	})
}
