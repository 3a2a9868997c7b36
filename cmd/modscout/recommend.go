package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/recommend/verify"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// recommendFlags are what the user chooses.
type recommendFlags struct {
	options         recommend.Options
	catalogs        []string
	explain, verify string
	require         string
	others          bool
	format, output  string
}

var (
	planFormats = []string{"text", "json", "markdown", "html"}
	wantKinds   = []string{platform.WantGPU, platform.WantSound, platform.WantWiFi}
)

func newRecommendCmd() *cobra.Command {
	var flags recommendFlags
	cmd := &cobra.Command{
		Use:   "recommend [FILE|-]",
		Short: "Say which platform this machine needs, and which drivers there",
		Long: `Say which platform a machine needs, and which drivers there: for each device
one verdict, for the platform the fewest modules that drive all of them.

FILE is a report, or anything that "modscout import" reads: the output of
lspci -nn, a list of ids. Without it, this machine is looked at.

Exit status: 0, or 1 where a device that matters has no driver or the plan is
not proven to be the smallest, or 2 for a failure.`,
		Example: `  modscout recommend
  lspci -nn | modscout recommend - --loader redpill --platform ds918p_42218
  modscout recommend report.json --format json -o plan.json
  modscout recommend report.json --explain 8086:15f3
  modscout recommend report.json --others
  modscout recommend report.json --verify plan.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runRecommend(cmd, args, flags) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&flags.catalogs, "catalog", nil, "catalogue file instead of the embedded one, which is called default; again for more")
	f.StringVar(&flags.options.Loader, "loader", "", "only platforms of this loader: rr, redpill, tcrp or linux")
	f.StringArrayVar(&flags.options.Platforms, "platform", nil, "only this platform; again for more")
	f.StringVar(&flags.options.OS, "os", "", "only this OS version, such as 7.2")
	f.StringSliceVar(&flags.options.Want, "want", nil, "what else must work: gpu, sound, wifi (and Bluetooth)")
	f.StringArrayVar(&flags.options.Base, "base", nil, "module that the platform has, whatever the catalogue says; again for more")
	f.StringArrayVar(&flags.options.Without, "without", nil, "module that must not be used; again for more")
	f.StringVar(&flags.explain, "explain", "", "tell the whole story of one device, by its id or vvvv:dddd")
	f.BoolVar(&flags.others, "others", false, "list the other platforms: why they are rejected, and what each lacks")
	f.StringVar(&flags.verify, "verify", "", "check this plan for the machine instead of making one")
	f.StringVar(&flags.require, "require", "", "all: exit with 1 where any device has no driver")
	f.StringVar(&flags.format, "format", "text", "text, json, markdown or html")
	f.StringVarP(&flags.output, "output", "o", "", "file to write (default: standard output)")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("want", cobra.FixedCompletions(wantKinds, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("require", cobra.FixedCompletions([]string{"all"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// check refuses what no flag may hold.
func (f recommendFlags) check() error {
	switch {
	case !slices.Contains(planFormats, f.format):
		return withHint(fmt.Errorf("unknown format %q", f.format), "use text, json, markdown or html")
	case f.require != "" && f.require != "all":
		return withHint(fmt.Errorf("unknown requirement %q", f.require), "use --require all")
	case f.explain != "" && f.verify != "":
		return fmt.Errorf("--explain and --verify exclude each other")
	}
	for _, want := range f.options.Want {
		if !slices.Contains(wantKinds, want) {
			return withHint(fmt.Errorf("unknown kind of device %q in --want", want), "use gpu, sound or wifi")
		}
	}
	return nil
}

func runRecommend(cmd *cobra.Command, args []string, flags recommendFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	collectNothingSmall()
	go defaultCatalog() // is read while the machine is
	r, err := machineReport(cmd, args)
	if err != nil {
		return err
	}
	cats, err := openCatalogs(cmd, flags.catalogs)
	if err != nil {
		return err
	}
	reference, err := defaultCatalog()
	if err != nil {
		return err
	}
	if len(flags.catalogs) > 0 && !slices.Contains(cats, reference) {
		flags.options.Reference = []*catalog.Catalog{reference}
	}
	if len(args) == 0 {
		flags.options.Running = r.Source.Kernel
	}
	if flags.verify != "" {
		return verifyPlan(cmd, flags, r, slices.Concat(cats, flags.options.Reference))
	}
	p, err := recommend.Recommend(r, cats, flags.options)
	if err != nil {
		return fmt.Errorf("recommending: %w", err)
	}
	err = writeOutput(cmd, flags.output, func(w io.Writer) error { return flags.print(w, p, r, cats) })
	if err != nil {
		return err
	}
	if incomplete(p, flags.require == "all") {
		noteAge(cmd, cats)
		return errIncomplete
	}
	return nil
}

// collectNothingSmall puts the first collection of garbage off until the heap has
// 64 MB. Most answers are ready before, and collecting would take a fifth of their
// time. From then on the runtime collects as ever.
var collectNothingSmall = sync.OnceFunc(func() {
	usual := debug.SetGCPercent(1600) // of 4 MB, the runtime's smallest heap
	runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, usual)
})

// print writes the answer that the flags ask for.
func (f recommendFlags) print(w io.Writer, p *plan.Plan, r *report.Report, cats []*catalog.Catalog) error {
	if f.explain != "" {
		x, err := recommend.Explain(p, r, cats, f.options, f.explain)
		if err != nil {
			return withHint(fmt.Errorf("explaining: %w", err), "modscout recommend --format json lists the devices' ids")
		}
		if f.format == "json" {
			return jsondoc.Write(w, x)
		}
		return show.Device(w, r, x.Device.ID, p, x)
	}
	switch f.format {
	case "json":
		return jsondoc.Write(w, p)
	case "markdown":
		return show.Markdown(w, p, r)
	case "html":
		return show.HTML(w, p, r)
	}
	if f.others {
		return show.Others(w, p, r)
	}
	return show.Plan(w, p, r, show.Options{})
}

// incomplete says whether a device that matters has no driver, or the plan is
// not proven; all counts every device that needs a driver.
func incomplete(p *plan.Plan, all bool) bool {
	return !p.Proof.Optimal || slices.ContainsFunc(p.Devices, func(d plan.Device) bool {
		lacks := d.Verdict == plan.Missing || d.Verdict == plan.Blocked || d.Verdict == plan.NotKnown
		return lacks && (all || d.Importance != plan.Optional)
	})
}

// verifyPlan checks a plan with the checker that shares no code with the
// solver: one line a problem.
func verifyPlan(cmd *cobra.Command, flags recommendFlags, r *report.Report, cats []*catalog.Catalog) error {
	p, err := readPlan(cmd, flags.verify)
	if err != nil {
		return fmt.Errorf("reading the plan %s: %w", flags.verify, err)
	}
	problems := verify.Verify(p, r, cats)
	err = writeOutput(cmd, flags.output, func(w io.Writer) error {
		if flags.format == "json" {
			return jsondoc.Write(w, map[string]any{"problems": append([]verify.Problem{}, problems...)})
		}
		for _, problem := range problems {
			fmt.Fprintln(w, problem)
		}
		if len(problems) == 0 {
			fmt.Fprintf(w, "%s: %d devices, %d modules, no problem found\n", p.Platform.ID, len(p.Devices), len(p.Modules))
		}
		return nil
	})
	if err == nil && len(problems) > 0 {
		err = errIncomplete
	}
	return err
}
