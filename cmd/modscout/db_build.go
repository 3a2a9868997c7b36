package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
)

func newDBBuildCmd() *cobra.Command {
	var platform, output string
	var full bool
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
same sources give the same bytes.

A second build of the same sources reads only the files and directories that have
changed since, by size, times and inode: what the others say is remembered in the directory
modscout/db of $XDG_CACHE_HOME or ~/.cache, which may be deleted at any time.
--full reads everything.`,
		Example: `  modscout db build /lib/modules/$(uname -r) -o running.db
  modscout db build --platform rr:geminilakenk-7.2 geminilakenk-7.2-5.10.55.tgz -o pack.db`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b := dbBuilder{cmd: cmd, platform: platform, output: output, sources: sources{cmd: cmd}}
			return b.build(args, full)
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "put all modules into this platform")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write, - for standard output")
	cmd.Flags().BoolVar(&full, "full", false, "read all files, whatever an earlier build has read")
	cmd.MarkFlagRequired("output")
	return cmd
}

// dbBuilder makes a database of sources.
type dbBuilder struct {
	cmd       *cobra.Command
	platform  string
	output    string
	sources   sources
	platforms []modalias.Platform
	bad       []string // what is wrong with modules that are left out
}

// build does nothing where neither the sources nor the database have changed
// since the last build.
func (b *dbBuilder) build(args []string, full bool) error {
	var last memory
	file := memoryFile(b.platform, args)
	if !full {
		last = loadMemory(file)
	}
	if err := b.sources.stamp(args, last); err != nil {
		return fmt.Errorf("building the database: %w", err)
	}
	collectLate(args, b.sources.listing.count)
	written, listing := last.wrote(stampOutput(b.output)), string(b.sources.listing.packed)
	if written && !b.sources.listing.guessed && listing == last.listing {
		return b.done(last)
	}
	b.sources.prepare(last)
	if written && !b.sources.changed {
		last.listing = listing
		last.save(file)
		return b.done(last)
	}
	if err := b.add(args); err != nil {
		return fmt.Errorf("building the database: %w", err)
	}
	summary, err := b.write()
	if err != nil {
		return err
	}
	now := memory{listing: listing, output: stampOutput(b.output), summary: summary, bad: b.bad}
	now.saveFacts(file, b.sources.packed())
	now.save(file)
	return b.done(now)
}

// collectLate makes a build, which is short, collect its garbage less often, and
// that of one tree only where it is much: all of it is 35 MB, and collecting it
// once takes a tenth of the time. What archives hold nobody knows yet.
func collectLate(args []string, files int) {
	debug.SetGCPercent(400)
	if files <= usualFiles && len(args) == 1 && isDir(args[0]) {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(128 << 20)
	}
}

// add takes in what the sources say.
func (b *dbBuilder) add(args []string) error {
	for i, name := range args {
		var err error
		switch files := b.sources.files[i]; {
		case isDir(name):
			err = b.addTree(name, files)
		case ko.IsModule(name):
			err = b.addFile(&files[0])
		default:
			err = b.addArchive(&files[0])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addTree takes in the files of a directory.
func (b *dbBuilder) addTree(dir string, files []sourceFile) error {
	tree, prefix := ko.NewTree(dir), pathPrefix(dir)
	if len(files) == len(ko.TreeFiles) {
		err := fmt.Errorf("%s: %w", dir, ko.ErrNoTree)
		return withHint(err, "give a directory with .ko files, such as /lib/modules/VERSION")
	}
	records := make([]modalias.Module, 0, len(files)+usualBuiltin)
	for i := range files {
		found, err := files[i].said()
		file := strings.TrimPrefix(files[i].path, prefix)
		switch {
		case err != nil:
			return err
		case len(found.bad) > 0:
			b.bad = append(b.bad, found.bad...)
		case len(found.platforms) == 0:
			tree.SetList(file, []byte(found.list))
		default:
			m := found.platforms[0].Modules[0]
			m.File = file
			records = append(records, m)
		}
	}
	b.put(tree.PlatformOf(records))
	return nil
}

func (b *dbBuilder) addFile(file *sourceFile) error {
	found, err := file.said()
	if err != nil {
		return err
	}
	if len(found.bad) > 0 {
		return errors.New(found.bad[0])
	}
	b.put(found.platforms...)
	return nil
}

// addArchive takes in an archive, or a module that is not called like one.
func (b *dbBuilder) addArchive(file *sourceFile) error {
	found, err := file.said()
	if errors.Is(err, archive.ErrFormat) {
		err = withHint(err, "a source is a directory, a .ko, or a tar, cpio or .deb archive, compressed or not")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file.path, err)
	}
	if len(found.platforms)+len(found.bad) == 0 {
		return fmt.Errorf("%s: %w", file.path, ko.ErrNoTree)
	}
	b.bad = append(b.bad, found.bad...)
	b.put(found.platforms...)
	return nil
}

// put takes platforms into the database. It may get several of one ID.
func (b *dbBuilder) put(platforms ...modalias.Platform) {
	for _, p := range platforms {
		p.ID = cmp.Or(b.platform, p.ID)
		b.platforms = append(b.platforms, p)
	}
}

// write writes the database and says what is in it.
func (b *dbBuilder) write() (summary string, err error) {
	table := modalias.NewTable(b.platforms)
	modules, patterns := table.Size()
	if modules == 0 {
		return "", fmt.Errorf("building the database: none of %d modules can be read", len(b.bad))
	}
	err = writeOutput(b.cmd, b.output, func(w io.Writer) error {
		_, err := table.WriteTo(w)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("writing the database: %w", err)
	}
	return fmt.Sprintf("%s: %d modules, %d patterns", strings.Join(table.PlatformIDs(), ", "), modules, patterns), nil
}

func (b *dbBuilder) done(m memory) error {
	stderr := b.cmd.ErrOrStderr()
	for _, why := range m.bad {
		fmt.Fprintf(stderr, "left out: %s\n", oneLine(why))
	}
	fmt.Fprintf(stderr, "%s; read %d of %d files\n", m.summary, b.sources.read, b.sources.listing.count)
	if len(m.bad) > 0 {
		return errIncomplete
	}
	return nil
}
