package dense

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

type inner struct {
	Name string
	On   *bool
}

type sample struct {
	Text    string
	Number  int
	Small   uint32
	Yes     bool
	List    []inner
	Names   []string
	Sets    [][]int32
	Raw     []byte
	Pointer *inner
	Counts  map[string]int
	By      map[string][]string
	Skipped string `json:"-"`
	hidden  int
}

func full() sample {
	yes, no := true, false
	return sample{
		Text: "igc", Number: -7, Small: 1 << 31, Yes: true,
		List:  []inner{{"igc", &yes}, {}, {"e1000e", &no}},
		Names: []string{"igc", "", "r8169", "igc"},
		Sets:  [][]int32{{0, 300, -1}, {}},
		Raw:   []byte("{}"), Pointer: &inner{},
		Counts: map[string]int{"b": 2, "a": 0},
		By:     map[string][]string{"x": {"y"}},
	}
}

func TestRoundTrip(t *testing.T) {
	for name, want := range map[string]sample{"full": full(), "zero": {}, "empty": {List: []inner{}, Counts: map[string]int{}}} {
		file := Encode(&want)
		if again := Encode(&want); !bytes.Equal(file, again) {
			t.Errorf("%s: two encodings differ", name)
		}
		var got sample
		if err := Decode(string(file), &got); err != nil {
			t.Errorf("%s: Decode() = %v", name, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(sample{})); diff != "" {
			t.Errorf("%s: Decode() mismatch (-want +got):\n%s", name, diff)
		}
	}
}

func TestLeftOut(t *testing.T) {
	in := sample{Skipped: "x", hidden: 1}
	if got, want := Encode(&in), Encode(&sample{}); !bytes.Equal(got, want) {
		t.Errorf("Encode() = %x, want the zero value's %x", got, want)
	}
}

func TestNoForm(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Encode() of a float did not panic")
		}
	}()
	Encode(&struct{ F float64 }{1})
}

// TestDamaged: what is cut off is an error, and so is a string, a member or a
// length that is not there.
func TestDamaged(t *testing.T) {
	in := full()
	file := string(Encode(&in))
	bad := map[string]string{
		"longer": file + "\x00", "no string": "\x00\x01\x02", "no member": "\x00\x80\x80\x80\x80\x01",
		"too many strings": "\xff\xff\xff\xff\x0f", "endless number": "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	}
	for i := range file {
		bad[file[:i]] = file[:i]
	}
	for name, file := range bad {
		var got sample
		if err := Decode(file, &got); !errors.Is(err, ErrDamaged) {
			t.Errorf("Decode(%q) = %v, want %v", name, err, ErrDamaged)
		}
	}
}

// FuzzDecode: whatever the file, no panic.
func FuzzDecode(f *testing.F) {
	in := full()
	f.Add(string(Encode(&in)))
	f.Add(string(Encode(&sample{})))
	f.Fuzz(func(t *testing.T, file string) {
		var got sample
		if err := Decode(file, &got); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("Decode() = %v", err)
		}
	})
}
