package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/vmlinux"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// platformImport is what platform import is told.
type platformImport struct {
	kernel, initrd, config string
	platform, loader       string
	output                 string
}

func newPlatformImportCmd() *cobra.Command {
	var in platformImport
	cmd := &cobra.Command{
		Use:   "import --kernel FILE [--initrd FILE] -o FILE",
		Short: "Read what a platform's own kernel and initrd already drive",
		Long: `Read from a kernel image which drivers are built into it, with the ids of the
devices they drive, and which symbols it offers to modules; from an initrd the
modules in it. Nothing is run.

The kernel is a zImage, bzImage, vmlinuz or vmlinux for x86-64, compressed in
any way that Linux knows, also in a uImage or a unified kernel image.

--platform names the platform as the catalogue does: ds918p_42218, or
rr:geminilakenk-7.2. Without it the result is a platform of its own,
linux:RELEASE. Give the result to recommend beside a catalogue; what it says of
the platform is then known and not assumed.`,
		Example: `  modscout platform import --kernel zImage --initrd rd.gz --platform ds918p_42218 -o ds918p.json
  lspci -nn | modscout recommend - --catalog default --catalog ds918p.json --platform ds918p_42218`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.kernel, "kernel", "", "kernel image")
	flags.StringVar(&in.initrd, "initrd", "", "the initrd that belongs to it")
	flags.StringVar(&in.config, "config", "", "the kernel's .config, where it does not carry it")
	flags.StringVar(&in.platform, "platform", "", "the catalogue's id of the platform")
	flags.StringVar(&in.loader, "loader", "", "the loader that boots it (default: as the id says)")
	flags.StringVarP(&in.output, "output", "o", "", "file to write, - for standard output")
	cmd.MarkFlagRequired("kernel")
	cmd.MarkFlagRequired("output")
	return cmd
}

func (in platformImport) run(cmd *cobra.Command) error {
	imported, bad, err := in.read(cmd)
	if err != nil {
		return fmt.Errorf("importing the platform: %w", err)
	}
	if err := in.agrees(imported); err != nil {
		return fmt.Errorf("importing the platform: %w", err)
	}
	err = writeOutput(cmd, in.output, func(w io.Writer) error { return jsondoc.Write(w, imported) })
	if err != nil {
		return fmt.Errorf("writing the platform: %w", err)
	}
	for _, err := range bad {
		fmt.Fprintf(cmd.ErrOrStderr(), "left out: %s\n", oneLine(err.Error()))
	}
	printImported(cmd.ErrOrStderr(), imported)
	return nil
}

// read reads the files.
func (in platformImport) read(cmd *cobra.Command) (i *catalog.Imported, bad []error, err error) {
	files := source.PlatformFiles{Name: filepath.Base(in.kernel)}
	for _, f := range []struct {
		name string
		data *[]byte
	}{{in.kernel, &files.Kernel}, {in.initrd, &files.Initrd}, {in.config, &files.Config}} {
		if f.name == "" {
			continue
		}
		if *f.data, err = readLarge(cmd, f.name); err != nil {
			return nil, nil, err
		}
	}
	id, loader := in.platform, in.loader
	if id != "" && loader == "" {
		loader = loaderOf(id)
	}
	i, bad, err = source.ImportPlatform(catalog.Platform{ID: id, Loader: loader}, files)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", in.kernel, err)
	}
	return i, bad, nil
}

// readLarge is readInput for what may be as large as a kernel.
func readLarge(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return readInput(cmd, name)
	}
	return archive.ReadFile(name, vmlinux.MaxBytes)
}

// loaderOf returns the loader whose platforms have such ids: "rr" of
// "rr:geminilakenk-7.2", "redpill" of an id without a prefix.
func loaderOf(id string) string {
	if loader, _, found := strings.Cut(id, ":"); found {
		return loader
	}
	return "redpill"
}

// agrees compares the kernel with what the default catalogue says of the
// platform: facts of another kernel would be worse than none.
func (in platformImport) agrees(i *catalog.Imported) error {
	c, err := defaultCatalog()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(c.Platforms, func(p catalog.Platform) bool {
		return p.ID == i.Platform.ID && p.Loader == i.Platform.Loader
	})
	if at < 0 {
		return nil
	}
	runs := c.Platforms[at].KernelVersion
	if runs != "" && runs != i.Platform.KernelVersion {
		return withHint(fmt.Errorf("%s runs Linux %s, and this kernel is %s", i.Platform.ID, runs, i.Platform.KernelRelease),
			"name the platform that the kernel is of, or none")
	}
	return nil
}

// printImported says what was found.
func printImported(w io.Writer, i *catalog.Imported) {
	modules, ids := map[string]bool{}, 0
	for j := range i.Drivers {
		modules[i.Drivers[j].ModuleName()] = true
		ids += len(i.Drivers[j].Aliases)
	}
	fmt.Fprintf(w, "%s: Linux %s\n", i.Platform.ID, i.Platform.KernelRelease)
	fmt.Fprintf(w, "in the kernel: %d drivers with %d ids, %d exported symbols\n", len(modules), ids, len(i.Platform.Exports))
	if len(i.Platform.Buses) > 0 {
		fmt.Fprintf(w, "these are all of its drivers for %s\n", strings.Join(i.Platform.Buses, ", "))
	} else {
		fmt.Fprintln(w, "it may have more drivers: some are registered in a way that is not understood")
	}
	if i.Initrd != nil {
		fmt.Fprintf(w, "in the initrd: %d modules\n", len(i.Modules))
	}
}

// showImported lists what a platform has, one driver or module a line.
func showImported(w io.Writer, i *catalog.Imported) error {
	fmt.Fprintln(w, i.Kernel.Banner)
	printImported(w, i)
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "WHERE\tBUS\tMODULE\tDRIVER\tIDS")
	for j := range i.Drivers {
		d := &i.Drivers[j]
		fmt.Fprintf(table, "kernel\t%s\t%s\t%s\t%d\n", d.Bus, d.ModuleName(), d.Name, len(d.Aliases))
	}
	for _, m := range i.Modules {
		fmt.Fprintf(table, "initrd\t\t%s\t\t%d\n", m.Name, len(m.Aliases))
	}
	return table.Flush()
}
