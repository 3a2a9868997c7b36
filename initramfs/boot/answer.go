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

// packDir is the folder in it that the packer's input goes to.
const packDir = "pack"

// show writes the answer on cleared screens. A serial port gets it after the
// documents for programs, so that it is what stays in sight there too.
func (s *session) show(ctx context.Context, screens screens) {
	if s.parts.Show == nil || s.report == nil {
		return
	}
	for _, screen := range screens {
		text, err := within(ctx, limitShow, func(context.Context) ([]byte, error) {
			return s.text(screen.Size())
		})
		s.complain("show", err)
		screen.Replace(append(s.troubles(screen.Size().Width), text...))
	}
}

// text is the answer for one screen; the last lines stay free for what became
// of it and for the keys.
func (s *session) text(size Size) ([]byte, error) {
	size.Height -= s.statusRows(size.Width)
	if len(s.warnings) > 0 {
		size.Height--
	}
	p := s.plan
	if s.options.Show == "report" {
		p = nil
	}
	var b bytes.Buffer
	err := s.parts.Show(&b, p, s.report, size)
	return b.Bytes(), err
}

// troubles sums up in one line what a person must know before he believes the
// answer: that part of the machine could not be looked at. Each trouble was
// shown in full when it arose, and the report has it.
func (s *session) troubles(width int) []byte {
	if len(s.warnings) == 0 {
		return nil
	}
	line := fmt.Sprintf("NOT COMPLETE (%d): %s: %s", len(s.warnings), s.warnings[0].Code, s.warnings[0].Text)
	return append([]byte(line)[:min(len(line), width-1)], '\n')
}

// saveReport writes the report to the stick.
func (s *session) saveReport(ctx context.Context) {
	s.save(ctx, func(_ context.Context, dir string) error {
		return saveJSON(filepath.Join(dir, "report.json"), s.report)
	})
}

// savePlan adds the plan and the packer's input.
func (s *session) savePlan(ctx context.Context) {
	s.save(ctx, func(ctx context.Context, dir string) error {
		err := saveJSON(filepath.Join(dir, "plan.json"), s.plan)
		if s.parts.Pack != nil {
			err = errors.Join(err, s.pack(ctx, filepath.Join(dir, packDir)))
		}
		return err
	})
}

// save runs write with the stick's folder, where there is a stick, and
// remembers what became of it. Files are written anew, flushed and only then
// given their name: a stick pulled too early still holds the answer before.
func (s *session) save(ctx context.Context, write func(ctx context.Context, dir string) error) {
	if s.place() == "" || s.unsaved != nil {
		return
	}
	_, s.unsaved = within(ctx, limitSave, func(ctx context.Context) (struct{}, error) {
		in := func(dir string) error {
			dir = filepath.Join(dir, StickDir)
			removeLeftovers(dir)
			return errors.Join(os.MkdirAll(dir, 0o755), write(ctx, dir))
		}
		if s.medium.Name != "" {
			return struct{}{}, s.system.Medium(ctx, s.medium, in)
		}
		return struct{}{}, s.system.Stick(ctx, s.options.Stick, in)
	})
}

// place is where the answer is saved, in words; "" is nowhere.
func (s *session) place() string {
	if s.medium.Name == "" && s.options.Stick != "" {
		return "the stick"
	}
	return s.medium.Name
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

// print writes a document for programs between its markers, on serial consoles
// only.
func (s *session) print(ctx context.Context, kind string, v any) {
	_, err := within(ctx, limitSerial, func(context.Context) (struct{}, error) {
		for _, c := range s.screens.where(isSerialPort) {
			printMarked(c, kind, v)
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
