package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/catalog/source/web"
	"github.com/modscout/modscout/recommend/platform"
)

// catalogSources are the flags of commands that read sources.
type catalogSources struct {
	mirrors, origins []string
	symbols          bool
	all              bool // what no index leads to, too
	tally            source.Tally
	offline          bool
}

func (s *catalogSources) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.mirrors, "mirror", nil, "OWNER/REPO[@REF]=DIR or URLPREFIX=DIR: a directory that stands for part of the web")
	cmd.Flags().BoolVar(&s.offline, "offline", false, "do not use the network: of URLs, only what was downloaded before")
	cmd.Flags().StringArrayVar(&s.origins, "origin", nil, "SOURCE=NAME[,commit=…][,version=…][,date=…][,sha256=…]: where a source comes from, as far as it does not say itself")
}

// read reads the sources that a command was given.
func (s *catalogSources) read(cmd *cobra.Command, paths []string, name, date string) (*catalog.Catalog, []source.Finding, error) {
	opts := source.Options{
		Origin:   map[string]catalog.Provenance{},
		Progress: stages(cmd),
		Complete: platform.Complete,
		Symbols:  s.symbols,
		All:      s.all,
		Tally:    &s.tally,
		Fetch:    fetcher(cmd.Context(), web.Options{Offline: s.offline}),
	}
	for _, text := range s.mirrors {
		m, err := source.ParseMirror(text)
		if err != nil {
			return nil, nil, err
		}
		opts.Mirrors = append(opts.Mirrors, m)
	}
	for _, text := range s.origins {
		path, origin, err := parseOrigin(text)
		if err != nil {
			return nil, nil, err
		}
		opts.Origin[path] = origin
	}
	c, findings, err := source.Read(paths, name, date, opts)
	if errors.Is(err, source.ErrKind) {
		err = withHint(err, "give a directory with rpext-index.json files, the URL of one, PLATFORM-OS-KERNEL.tgz packs, their tables, or a /lib/modules/VERSION tree")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading sources: %w", err)
	}
	return c, findings, nil
}

// parseOrigin reads SOURCE=NAME[,commit=…][,version=…][,date=…][,sha256=…].
func parseOrigin(text string) (path string, p catalog.Provenance, err error) {
	path, rest, found := strings.Cut(text, "=")
	if !found {
		return "", p, fmt.Errorf("origin %q is not SOURCE=NAME", text)
	}
	fields := strings.Split(rest, ",")
	p.Source = fields[0]
	for _, field := range fields[1:] {
		name, value, _ := strings.Cut(field, "=")
		switch name {
		case "commit":
			p.Commit = value
		case "version":
			p.Version = value
		case "date":
			p.Date = value
		case "sha256":
			p.SHA256 = value
		default:
			return "", p, fmt.Errorf("origin %q: no field %q", text, name)
		}
	}
	return path, p, nil
}

func newCatalogBuildCmd() *cobra.Command {
	var sources catalogSources
	var name, date, output string
	cmd := &cobra.Command{
		Use:   "build SOURCE… -o FILE",
		Short: "Make one catalogue file from extension trees, module packs and kernel trees",
		Long: `Make one catalogue file. The kind of each SOURCE is detected:

  a directory with rpext-index.json files   extensions for RedPill and TCRP
  the URL of an rpext-index.json            the same, with all that it leads to
  TCRP's custom/extensions                  what is installed there
  PLATFORM-OS-KERNEL.tgz, or a folder       a module pack of RR or ARC
  PLATFORM-KERNEL.tgz, or a folder          one of ARPL; a directory of packs is all of them
  a JSON file {pack:{module:{…}}}           tables of such packs
  /lib/modules/VERSION, linux-image-….deb   a kernel with its modules
  extra.lzma                                the modules of Jun's loader
  Contents-…                                Debian's list of files, for firmware packages
  a catalogue                               what it holds

URLs of an extension tree are looked up in the tree itself, in the other trees
given, and in mirrors. The network is used only where a SOURCE is a URL, and for
what no tree or mirror has; downloads are kept in $XDG_CACHE_HOME/modscout, and
what an interrupted run has got, the next one need not get again. The same
sources, names and date give the same bytes.`,
		Example: `  modscout catalog build rp-ext --mirror jim3ma/synology-igc=synology-igc -o my.json.zst
  modscout catalog build /lib/modules/6.1.0-56-amd64 -o kernel.json.zst`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, findings, err := sources.read(cmd, args, name, date)
			if err != nil {
				return err
			}
			return writeCatalog(cmd, c, len(findings), args, output)
		},
	}
	sources.register(cmd)
	cmd.Flags().BoolVar(&sources.symbols, "symbols", false, "keep the symbols that modules import and export")
	cmd.Flags().StringVar(&name, "name", "custom", "name of the catalogue")
	cmd.Flags().StringVar(&date, "date", "", "its date, YYYY-MM-DD (default: that of the newest source)")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write, - for standard output")
	cmd.MarkFlagRequired("output")
	return cmd
}

// writeCatalog writes what was read from sources and says what it holds.
func writeCatalog(cmd *cobra.Command, c *catalog.Catalog, defects int, sources []string, output string) error {
	if len(c.Platforms)+len(c.Extensions)+len(c.Firmware) == 0 {
		return withHint(fmt.Errorf("making the catalogue: the sources give nothing for it, and have %d defects", defects),
			"modscout catalog check "+strings.Join(sources, " ")+" lists them")
	}
	dateIt(c)
	if err := writeOutput(cmd, output, c.Write); err != nil {
		return fmt.Errorf("writing the catalogue: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d platforms, %d extensions, %d modules, %d alias sets\n",
		len(c.Platforms), len(c.Extensions), len(c.Modules), len(c.AliasSets))
	if defects > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d defects in the sources; `modscout catalog check` lists them\n", defects)
	}
	return nil
}

// today is the day of SOURCE_DATE_EPOCH where that is set, for reproducible
// builds (reproducible-builds.org/docs/source-date-epoch).
func today() string { return sourceDate(time.Now()).Format(time.DateOnly) }

func sourceDate(otherwise time.Time) time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	return otherwise
}
