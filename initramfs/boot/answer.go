package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// StickDir is the folder on the stick's FAT partition that answers go to.
const StickDir = "modscout"

// show writes the answer on cleared screens. A serial port gets it after the
// documents for programs, so that it is what stays in sight there too.
func (s *session) show(ctx context.Context, screens screens) {
	if s.parts.Show == nil {
		return
	}
	for _, screen := range screens {
		text, err := within(ctx, limitShow, func(context.Context) ([]byte, error) {
			return s.text(screen.Size())
		})
		s.complain("show", err)
		screen.Replace(append(s.troubles(), text...))
	}
}

// text is the answer for one screen; the last line stays free for the keys.
func (s *session) text(size Size) ([]byte, error) {
	size.Height -= 2 + bytes.Count(s.troubles(), []byte("\n"))
	p := s.plan
	if s.options.Show == "report" {
		p = nil
	}
	var b bytes.Buffer
	err := s.parts.Show(&b, p, s.report, size)
	return b.Bytes(), err
}

// troubles sums up in one line what a person must know before he believes the
// answer: that part of the machine could not be looked at.
func (s *session) troubles() []byte {
	switch n := len(s.warnings); {
	case n == 1:
		return fmt.Appendf(nil, "NOT COMPLETE: %s: %s\n", s.warnings[0].Code, s.warnings[0].Text)
	case n > 1:
		return fmt.Appendf(nil, "NOT COMPLETE: %s: %s (and %d more)\n", s.warnings[0].Code, s.warnings[0].Text, n-1)
	}
	return nil
}

// save writes the answer to the stick and remembers what became of that.
func (s *session) save(ctx context.Context) {
	if s.options.Stick == "" {
		return
	}
	_, err := within(ctx, limitSave, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.system.Stick(ctx, s.options.Stick, func(dir string) error {
			return s.saveIn(ctx, filepath.Join(dir, StickDir))
		})
	})
	if err != nil {
		s.saved = fmt.Sprintf("NOT SAVED on the stick: %v. ", err)
		return
	}
	s.saved = "Saved on the stick in " + StickDir + "/. "
}

// saveIn writes each file anew, flushes it and only then gives it its name, so
// that a stick pulled too early still holds the answer before this one.
func (s *session) saveIn(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := saveJSON(filepath.Join(dir, "report.json"), s.report)
	if s.plan == nil {
		return err
	}
	err = errors.Join(err, saveJSON(filepath.Join(dir, "plan.json"), s.plan))
	if s.parts.Pack != nil {
		err = errors.Join(err, s.pack(ctx, filepath.Join(dir, "pack")))
	}
	return err
}

func (s *session) pack(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := s.parts.Pack(ctx, s.plan, s.report, dir); err != nil {
		return fmt.Errorf("packer's input: %w", err)
	}
	return nil
}

func saveJSON(path string, v any) error {
	var b bytes.Buffer
	if err := jsondoc.Write(&b, v); err != nil {
		return err
	}
	return renameio.WriteFile(path, b.Bytes(), 0o644)
}

// serial prints the documents for programs, on serial consoles only, each
// between its markers.
func (s *session) serial(ctx context.Context) {
	_, err := within(ctx, limitSerial, func(context.Context) (struct{}, error) {
		for _, c := range s.screens.where(isSerialPort) {
			printMarked(c, "REPORT", s.report)
			if s.plan != nil {
				printMarked(c, "PLAN", s.plan)
			}
		}
		return struct{}{}, nil
	})
	s.complain("serial", err)
}

// printMarked writes v in its canonical form: one line, no byte too many for a
// port of 115,200 baud.
func printMarked(w io.Writer, kind string, v any) {
	data, err := jsondoc.Canonical(v)
	if err != nil {
		fmt.Fprintf(w, "modscout: %s: %v\n", kind, err)
		return
	}
	fmt.Fprintf(w, "-----BEGIN MODSCOUT %s-----\n%s\n-----END MODSCOUT %s-----\n", kind, data, kind)
}

func (s *session) lastLine() string {
	if s.options.PowerOff {
		return s.saved + "Powering off."
	}
	return s.saved + "Keys: r reboot, p power off"
}
