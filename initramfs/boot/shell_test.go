package boot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// typist is a console at which somebody types.
type typist struct {
	fakeConsole
	keys io.Reader
}

func (c *typist) Read(p []byte) (int, error) { return c.keys.Read(p) }

// TestShell presses x: the shell has the console until it ends, and then the
// answer is shown again, whatever became of the shell.
func TestShell(t *testing.T) {
	tests := []struct {
		name    string
		has     bool
		options Options
		result  error
		typed   string
		shells  int
		keys    string // that are passed on
		says    string
	}{
		{"by the key", true, Options{}, nil, "dxo", 1, "dao", "exit comes back"},
		{"in capitals, and it crashes", true, Options{}, errors.New("signal: killed"), "X", 1, "a", "modscout: shell: signal: killed\n"},
		{"by the command line", true, Options{Shell: true}, nil, "d", 1, "ad", "exit comes back"},
		{"there is none", false, Options{}, nil, "dx", 0, "dx", ""},
		{"there is none to be had", false, Options{Shell: true}, nil, "d", 0, "d", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shells := 0
			system := &fakeSystem{options: tt.options}
			if tt.has {
				system.shell = func(console) error { shells++; return tt.result }
			}
			s := start(t, sampleParts(), system)
			read, write := io.Pipe()
			c, typed := &typist{keys: read}, make(chan byte)
			go s.readKeys(c, typed)
			go io.WriteString(write, tt.typed)
			var got []byte
			for range tt.keys {
				select {
				case key := <-typed:
					got = append(got, key)
				case <-time.After(10 * time.Second):
					t.Fatalf("keys %q, and then none", got)
				}
			}
			if diff := cmp.Diff(tt.keys, string(got)); diff != "" || shells != tt.shells {
				t.Errorf("%d shells, keys mismatch (-want +got):\n%s", shells, diff)
			}
			if !strings.Contains(c.String(), tt.says) {
				t.Errorf("the console says %q, want %q in it", c.String(), tt.says)
			}
			if line := s.lastLine(); strings.HasSuffix(line, " x shell") != tt.has ||
				strings.Contains(line, "modscout.shell=1 is left out") != (tt.options.Shell && !tt.has) {
				t.Errorf("the last line is %q", line)
			}
		})
	}
}

// TestLend gives a terminal away: what is written to the console meanwhile goes
// nowhere, and afterwards keys arrive at once again.
func TestLend(t *testing.T) {
	console, other := openPTY(t)
	if err := console.raw(); err != nil {
		t.Fatal(err)
	}
	err := console.lend(func(terminal *os.File) error {
		fmt.Fprint(console, "an answer that comes too late\n")
		fmt.Fprint(other, "ls\n")
		buffer := make([]byte, 100)
		n, err := terminal.Read(buffer)
		fmt.Fprintf(terminal, "[%q]\n", buffer[:n])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(console, "the answer\n")
	want := "ls\r\n[\"ls\\n\"]\r\nthe answer\r\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(other, got); err != nil || string(got) != want {
		t.Errorf("the terminal got %q, %v, want %q", got, err, want)
	}
	fmt.Fprint(other, "p")
	buffer := make([]byte, 10)
	if n, err := console.Read(buffer); err != nil || string(buffer[:n]) != "p" {
		t.Errorf("the key p arrives as %q, %v", buffer[:n], err)
	}
}
