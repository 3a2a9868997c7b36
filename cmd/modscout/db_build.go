package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

func newDBBuildCmd() *cobra.Command {
	var platform, output string
	cmd := &cobra.Command{
		Use:   "build [--platform ID] SOURCE… -o DB",
		Short: "Make a modalias database from modules, archives of them, or module trees",
		Long: `Make a modalias database. A SOURCE is

  a directory      /lib/modules/VERSION or any other with modules in it; no
                   depmod files are needed
  a module         .ko, .ko.gz, .ko.xz, .ko.zst
  an archive       tar, cpio (an initrd too) or .deb, plain or compressed

Modules of several kernels go into one database as several platforms, named
"linux:RELEASE" by the directory or by the module's vermagic. --platform puts
all of them into one platform of that name.

What is no sound module is reported and left out; the status is then 1. The
same sources give the same bytes.`,
		Example: `  modscout db build /lib/modules/$(uname -r) -o running.db
  modscout db build --platform rr:geminilakenk-7.2 geminilakenk-7.2-5.10.55.tgz -o pack.db`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b := dbBuilder{cmd: cmd, platform: platform, at: map[string]int{}}
			for _, source := range args {
				if err := b.add(source); err != nil {
					return fmt.Errorf("building the database: %w", err)
				}
			}
			return b.finish(output)
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "put all modules into this platform")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write, - for standard output")
	cmd.MarkFlagRequired("output")
	return cmd
}

// dbBuilder collects what the sources hold.
type dbBuilder struct {
	cmd       *cobra.Command
	platform  string
	platforms []modalias.Platform
	at        map[string]int // platform ID -> position in platforms
	bad       int
}

func (b *dbBuilder) add(source string) error {
	switch {
	case isDir(source):
		return b.addTree(source)
	case ko.IsModule(source):
		m, err := ko.ReadFile(source)
		if err != nil {
			return err
		}
		m.File = filepath.Base(source)
		b.addModule(m)
		return nil
	}
	return b.addArchive(source)
}

func (b *dbBuilder) addTree(dir string) error {
	tree, err := ko.ReadTree(dir)
	if errors.Is(err, ko.ErrNoTree) {
		err = withHint(err, "give a directory with .ko files, such as /lib/modules/VERSION")
	}
	if err != nil {
		return err
	}
	b.report(tree.Bad)
	p := tree.Platform()
	b.put(p.ID, p.Modules...)
	return nil
}

// addArchive reads an archive, or a module that is not called like one.
func (b *dbBuilder) addArchive(file string) error {
	in, err := b.open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	modules, bad, err := ko.ReadArchive(in, archive.Default)
	if errors.Is(err, archive.ErrFormat) {
		err = withHint(err, "a source is a directory, a .ko, or a tar, cpio or .deb archive, compressed or not")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(modules)+len(bad) == 0 {
		return fmt.Errorf("%s: %w", file, ko.ErrNoTree)
	}
	b.report(bad)
	for _, m := range modules {
		b.addModule(m)
	}
	return nil
}

func (b *dbBuilder) open(file string) (io.ReadCloser, error) {
	if file != "-" {
		return os.Open(file)
	}
	data, err := readInput(b.cmd, file)
	return io.NopCloser(bytes.NewReader(data)), err
}

// addModule names the platform after the kernel release that the module says
// it was built for.
func (b *dbBuilder) addModule(m *ko.Module) {
	release, _, _ := strings.Cut(m.Vermagic, " ")
	if release == "" {
		release = "unknown"
	}
	b.put("linux:"+release, m.Record())
}

func (b *dbBuilder) put(id string, modules ...modalias.Module) {
	if b.platform != "" {
		id = b.platform
	}
	n, found := b.at[id]
	if !found {
		n = len(b.platforms)
		b.at[id] = n
		b.platforms = append(b.platforms, modalias.Platform{ID: id})
	}
	p := &b.platforms[n]
	p.Modules = append(p.Modules, modules...)
}

func (b *dbBuilder) report(bad []error) {
	for _, err := range bad {
		fmt.Fprintf(b.cmd.ErrOrStderr(), "left out: %s\n", oneLine(err.Error()))
	}
	b.bad += len(bad)
}

func (b *dbBuilder) finish(output string) error {
	modules, patterns := 0, map[string]bool{}
	for _, p := range b.platforms {
		modules += len(p.Modules)
		for _, m := range p.Modules {
			for _, alias := range m.Aliases {
				patterns[alias] = true
			}
		}
	}
	if modules == 0 {
		return fmt.Errorf("building the database: none of %d modules can be read", b.bad)
	}
	err := writeOutput(b.cmd, output, func(w io.Writer) error {
		_, err := modalias.NewTable(b.platforms).WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	fmt.Fprintf(b.cmd.ErrOrStderr(), "%s: %d modules, %d patterns\n", platformList(b.platforms), modules, len(patterns))
	if b.bad > 0 {
		return errIncomplete
	}
	return nil
}

func platformList(platforms []modalias.Platform) string {
	ids := make([]string, len(platforms))
	for i, p := range platforms {
		ids[i] = p.ID
	}
	return strings.Join(slices.Sorted(slices.Values(ids)), ", ")
}
