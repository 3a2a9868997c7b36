package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/catalog"
)

func made(name, date string) *catalog.Catalog {
	var b catalog.Builder
	b.AddPlatform(catalog.Platform{ID: name + "_1", Loader: "redpill"})
	return b.Catalog(name, "", date)
}

func TestStore(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), "not", "yet")}
	if names, err := s.Names(); names != nil || err != nil {
		t.Errorf("an empty store has %v, %v", names, err)
	}
	origin := Origin{Sources: []string{"https://example.org/rpext-index.json"}, Mirrors: []string{"a/b=dir"}}
	for _, put := range []struct {
		name, date string
		origin     Origin
	}{{"mine", "2024-01-01", Origin{}}, {Default, "2024-01-01", Origin{URL: "https://example.org/c.json.zst"}}, {"mine", "2024-02-02", origin}} {
		if err := s.Put(put.name, made(put.name, put.date), put.origin); err != nil {
			t.Fatal(err)
		}
	}
	names, err := s.Names()
	if diff := cmp.Diff([]string{Default, "mine"}, names); diff != "" || err != nil {
		t.Errorf("Names() mismatch (-want +got):\n%s%v", diff, err)
	}
	got, err := s.Origin("mine")
	if diff := cmp.Diff(origin, got); diff != "" || err != nil {
		t.Errorf("Origin() mismatch (-want +got):\n%s%v", diff, err)
	}
	c, err := s.Catalog("mine")
	if err != nil || c.Date != "2024-02-02" || len(c.Platforms) != 1 {
		t.Errorf("Catalog() = %+v, %v", c, err)
	}
	if err := s.Remove("mine"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Catalog("mine"); !errors.Is(err, ErrNone) {
		t.Errorf("a catalogue that was removed: %v", err)
	}
	if err := s.Remove("mine"); !errors.Is(err, ErrNone) {
		t.Errorf("removing it again: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir, "*")); len(left) != 2 {
		t.Errorf("files left: %v", left)
	}
}

// A catalogue that cannot be written leaves the old one.
func TestPutKeepsTheOldOne(t *testing.T) {
	s := Store{t.TempDir()}
	if err := s.Put("mine", made("mine", "2024-01-01"), Origin{}); err != nil {
		t.Fatal(err)
	}
	bad := made("mine", "2024-02-02")
	bad.Platforms[0].Evidence = "\xff" // which JSON cannot hold
	if err := s.Put("mine", bad, Origin{}); err == nil {
		t.Fatal("a catalogue that is no text was written")
	}
	if c, err := s.Catalog("mine"); err != nil || c.Date != "2024-01-01" {
		t.Errorf("the old one is %+v, %v", c, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir, ".*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestNamesAreFiles(t *testing.T) {
	s := Store{t.TempDir()}
	for _, name := range []string{"", "../x", "a/b", ".x", "A", "x\x00"} {
		if err := s.Put(name, made("x", ""), Origin{}); !errors.Is(err, ErrName) {
			t.Errorf("Put(%q): %v", name, err)
		}
		if _, err := s.Catalog(name); !errors.Is(err, ErrNone) {
			t.Errorf("Catalog(%q): %v", name, err)
		}
		if err := s.Remove(name); !errors.Is(err, ErrNone) {
			t.Errorf("Remove(%q): %v", name, err)
		}
	}
}

// What is put there by hand is a catalogue too.
func TestFileByHand(t *testing.T) {
	s := Store{t.TempDir()}
	f, err := os.Create(filepath.Join(s.Dir, "theirs.json.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := made("theirs", "2024-01-01").Write(f); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Catalog("theirs"); err != nil || c.Name != "theirs" {
		t.Errorf("Catalog() = %+v, %v", c, err)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/data")
	if dir, err := Dir(); dir != "/data/modscout/catalogs" || err != nil {
		t.Errorf("Dir() = %s, %v", dir, err)
	}
	t.Setenv("XDG_DATA_HOME", "relative") // which the specification says to ignore
	t.Setenv("HOME", "/home/x")
	if dir, err := Dir(); dir != "/home/x/.local/share/modscout/catalogs" || err != nil {
		t.Errorf("Dir() = %s, %v", dir, err)
	}
}
