package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/catalog/source/web"
	"github.com/modscout/modscout/recommend/packer"
	"github.com/modscout/modscout/recommend/plan"
)

// packFlags are what the user chooses.
type packFlags struct {
	loader, userConfig, layer, output, from string
	mirrors, catalogs                       []string
	offline                                 bool
	options                                 packer.Options
}

func newPackCmd() *cobra.Command {
	var flags packFlags
	cmd := &cobra.Command{
		Use:   "pack PLAN --for PACKER -o DIR",
		Short: "Turn a plan into what an image packer takes",
		Long: `Turn a plan into what a loader's image packer takes, in a folder with a README
that says what to do with it.

  redpill   one extension with the plan's modules (rpext-index.json, recipe,
            archive), user_config.json that names it, and custom.gz, the same as
            an initrd layer
  tcrp      the same extension, the rploader.sh commands that add it and build,
            and user_config.json with model and version
  rr        model and version in the words of RR's menus, user-config.yml, and
            build-request.json, the text that RR's repository builds from
  arc       model, version and user-config.yml of ARC
  arpl      the same of ARPL
  modules-load, dracut, mkinitcpio, initramfs-tools
            for Linux systems that have the modules: a list of them in the form
            of that program, and modprobe's configuration
  initramfs the modules that must be there before the disk is as a layer for an
            initramfs without modules of its own, with depmod's files
  archive   the archive that --from names (extra.lzma, a loader's pack), with
            the plan's modules and without the others; --from alone means this

Archives come from the web, the disk or a mirror, and their sha256 must be the
plan's. A file that is already in DIR is replaced as a whole; the loader's own
configuration is kept as .bak.`,
		Example: `  modscout recommend report.json --loader redpill --format json -o plan.json
  modscout pack plan.json --for redpill --user-config user_config.json -o drivers
  modscout pack plan.json --for rr --user-config /mnt/p1/user-config.yml -o rr
  modscout pack plan.json --from extra.lzma -o small`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := pack(cmd, args[0], flags); err != nil {
				return fmt.Errorf("packing %s: %w", args[0], err)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.loader, "for", "", "the packer: "+strings.Join(packer.Names(), ", "))
	f.StringVarP(&flags.output, "output", "o", "", "folder to write")
	f.StringVar(&flags.from, "from", "", "archive or folder with modules that the plan names no archive for: extra.lzma, a pack, /lib/modules/RELEASE")
	f.StringArrayVar(&flags.mirrors, "mirror", nil, "OWNER/REPO[@REF]=DIR or URLPREFIX=DIR: a directory that stands for part of the web")
	f.BoolVar(&flags.offline, "offline", false, "do not use the network: of URLs, only what was downloaded before")
	f.StringArrayVar(&flags.catalogs, "catalog", nil, "catalogue that the plan was made from (default: the embedded one)")
	f.StringVar(&flags.userConfig, "user-config", "", "the loader's own configuration, to merge with: user_config.json, user-config.yml or initramfs-tools/modules")
	f.StringVar(&flags.options.BaseURL, "base-url", "", "redpill, tcrp: where the folder will be served (default: file URLs)")
	f.StringVar(&flags.layer, "layer", "auto", "redpill: form of custom.gz: auto, cpio or lzma")
	f.BoolVar(&flags.options.Strict, "strict", false, "redpill: the first module that fails ends the boot")
	f.BoolVar(&flags.options.Minimal, "minimal", false, "rr, arc, arpl: keep only the plan's modules in the image")
	cmd.MarkFlagsOneRequired("for", "from")
	cmd.MarkFlagRequired("output")
	cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(packer.Names(), cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("layer", cobra.FixedCompletions([]string{"auto", "cpio", "lzma"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// pack does the work and says what came of it.
func pack(cmd *cobra.Command, file string, flags packFlags) error {
	flags.loader = cmp.Or(flags.loader, "archive")
	if _, err := packer.For(flags.loader); err != nil {
		return err
	}
	p, err := readPlan(cmd, file)
	if err != nil {
		return err
	}
	opts, err := flags.packOptions(cmd)
	if err != nil {
		return err
	}
	if flags.from != "" {
		if opts.From, err = packer.OpenPile(flags.from, p); err != nil {
			return fmt.Errorf("reading --from: %w", err)
		}
	}
	result, err := packer.Pack(flags.loader, p, flags.output, opts)
	if err != nil {
		return err
	}
	for _, name := range result.Files {
		fmt.Fprintln(cmd.OutOrStdout(), name)
	}
	printPlanWarnings(cmd.ErrOrStderr(), result.Warnings)
	return nil
}

func readPlan(cmd *cobra.Command, file string) (*plan.Plan, error) {
	data, err := readInput(cmd, file)
	if err != nil {
		return nil, err
	}
	p, err := plan.Read(bytes.NewReader(data))
	return p, withHint(err, "make a plan with modscout recommend --format json -o plan.json")
}

// packOptions opens what the flags name.
func (f packFlags) packOptions(cmd *cobra.Command) (packer.Options, error) {
	opts := f.options
	var mirrors []*source.Mirror
	for _, text := range f.mirrors {
		m, err := source.ParseMirror(text)
		if err != nil {
			return opts, err
		}
		mirrors = append(mirrors, m)
	}
	opts.Fetch = source.Fetcher(fetcher(cmd.Context(), web.Options{Offline: f.offline}), mirrors)
	opts.Progress = progress(cmd, "extensions")
	var err error
	if opts.Layer, err = packer.ParseLayer(f.layer); err != nil {
		return opts, err
	}
	if f.userConfig != "" {
		if opts.UserConfig, err = readInput(cmd, f.userConfig); err != nil {
			return opts, fmt.Errorf("reading --user-config: %w", err)
		}
		if len(bytes.TrimSpace(opts.UserConfig)) == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s is empty: nothing of it is kept\n", oneLine(f.userConfig))
		}
	}
	opts.Catalogs, err = openCatalogs(cmd, f.catalogs)
	return opts, err
}

// printPlanWarnings writes one line a warning, and a hint where it has one.
func printPlanWarnings(w io.Writer, warnings []plan.Warning) {
	for _, warning := range warnings {
		fmt.Fprintf(w, "warning: %s: %s\n", oneLine(warning.Code), oneLine(warning.Text))
		if warning.Hint != "" {
			fmt.Fprintf(w, "hint: %s\n", oneLine(warning.Hint))
		}
	}
}
