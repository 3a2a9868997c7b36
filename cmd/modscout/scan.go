package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// scanFlags are what scan is told.
type scanFlags struct {
	sysroot, capture            string
	watch, preview, identifiers bool
	pciIDs                      pciIDs
	out                         reportOutput
}

func newScanCmd() *cobra.Command {
	var flags scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Report the hardware of this machine, or of a captured /sys and /proc",
		Long: `Report the hardware of this machine. What cannot be read is a warning in the
report.

The report holds no serial number, MAC address, UUID, host name or user name,
unless --identifiers asks for them. --preview prints every byte that would leave
this machine and writes nothing: a page or a QR code is made of the report alone.

--capture saves what the scan reads of /sys and /proc, in the same way without
anything personal. --sysroot makes the report of a capture, or of a directory or
archive that holds another machine's sys and proc.

--watch goes on: whenever devices come or go, the report is made again, until
Ctrl-C. As text it prints the devices that came (+), went (-) or changed (*); as
JSON a report on each line; to a file always the newest.`,
		Example: `  modscout scan
  modscout scan --format json -o report.json
  modscout scan --capture machine.tar.gz
  modscout scan --sysroot machine.tar.gz
  modscout scan --watch`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.sysroot, "sysroot", "", "capture, or directory or archive that holds another machine's sys and proc")
	f.StringVar(&flags.capture, "capture", "", "file (.tar.gz) to save what was read in, for --sysroot")
	f.BoolVar(&flags.watch, "watch", false, "go on, and tell which devices come and go")
	f.BoolVar(&flags.preview, "preview", false, "print every byte that would leave this machine, and write nothing")
	f.BoolVar(&flags.identifiers, "identifiers", false, "also read serial numbers, MAC addresses, UUIDs and the host name")
	flags.pciIDs.register(cmd)
	flags.out.register(cmd)
	return cmd
}

// check refuses what does not go together.
func (f *scanFlags) check() error {
	switch {
	case f.watch && (f.sysroot != "" || f.capture != "" || f.preview):
		return withHint(errors.New("--watch is for this machine and its report"), "leave out --sysroot, --capture and --preview")
	case f.preview && f.out.file != "":
		return withHint(errors.New("--preview writes no file"), "leave out -o")
	}
	return nil
}

func (f *scanFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f.scan(ctx, cmd); err != nil {
		return fmt.Errorf("scanning: %w", scanHint(err))
	}
	return nil
}

func (f *scanFlags) scan(ctx context.Context, cmd *cobra.Command) error {
	ids, err := f.pciIDs.open()
	if err != nil {
		return err
	}
	opts := scan.Options{Root: f.sysroot, Tool: tool, Identifiers: f.identifiers, Names: ids}
	if f.watch {
		return scan.Watch(ctx, opts, f.out.changes(cmd))
	}
	if f.capture == "" {
		rep, err := scan.Scan(ctx, opts)
		if err != nil {
			return err
		}
		return f.write(cmd, rep)
	}
	rep, capture, err := scan.ScanAndCapture(ctx, opts)
	switch {
	case err != nil:
		return err
	case f.preview:
		return capture.Preview(cmd.OutOrStdout())
	}
	if err := writeOutput(cmd, f.capture, capture.Write); err != nil {
		return err
	}
	if f.capture == "-" && f.out.file == "" {
		return nil // standard output is the capture
	}
	return f.write(cmd, rep)
}

func (f *scanFlags) write(cmd *cobra.Command, rep *report.Report) error {
	if f.preview {
		f.out.format = "json" // all that a text, a page or a code is made of
	}
	return f.out.write(cmd, rep)
}

// scanHint adds what the user can do about a tree that is none.
func scanHint(err error) error {
	switch {
	case errors.Is(err, scan.ErrNoSysfs):
		return withHint(err, "give the directory that holds sys and proc; on this machine, mount sysfs at /sys")
	case errors.Is(err, archive.ErrFormat):
		return withHint(err, "modscout scan --capture makes captures; modscout import reads what other tools print")
	}
	return err
}

// reportOutput is where a command puts a report, and how.
type reportOutput struct{ format, file string }

func (o *reportOutput) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.format, "format", "text", "text, json, html or qr")
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "file to write, - for standard output")
}

func (o *reportOutput) write(cmd *cobra.Command, rep *report.Report) error {
	err := writeOutput(cmd, o.file, reportDocument(rep).as(o.format))
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// changes returns what writes the reports of one machine over time: to a file
// the newest, to standard output all of them, or as text what changed.
func (o *reportOutput) changes(cmd *cobra.Command) func(*report.Report) error {
	var last *report.Report
	return func(rep *report.Report) error {
		before := last
		last = rep
		switch {
		case o.file != "" && o.file != "-" || o.format != "json" && before == nil:
			return o.write(cmd, rep)
		case o.format == "json":
			return writeLine(cmd.OutOrStdout(), rep)
		}
		return writeBuffered(cmd.OutOrStdout(), func(w io.Writer) error { return show.Changes(w, before, rep) })
	}
}

// writeLine writes a document on one line, in its canonical form.
func writeLine(w io.Writer, v any) error {
	line, err := jsondoc.Canonical(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}
