// Package scanimage is the program that runs in the scan image: it gives PID 1
// the rooms that it calls on. Two executables carry it: modscout-init, which is
// nothing else and therefore small, and modscout itself.
package scanimage

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/packer"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
)

// Version is the release that this tree becomes; CHANGELOG.md has its section.
const Version = "0.1.0"

// Tool is what documents name as their maker.
const Tool = "modscout " + Version

// IsInit reports whether we are the first program of a scan image, or its
// child. PID 1 alone does not say so: a container's program is PID 1 too.
func IsInit() bool {
	return os.Args[0] == "/init" && (os.Getpid() == 1 || boot.IsWorker())
}

// Run is the work of that program. It does not return.
func Run() {
	d := new(data)
	boot.Run(boot.Parts{
		Tool:      Tool,
		Scan:      scanMachine,
		Catalogs:  d.add,
		Recommend: d.answer,
		Explain:   d.explain,
		Show:      showAnswer,
		Pack:      d.pack,
		Pages:     pages,
		Probe:     Probe,
	})
}

func scanMachine(ctx context.Context) (*report.Report, error) {
	return scan.Scan(ctx, scan.Options{Tool: Tool})
}

// answer answers from the catalogues.
func (d *data) answer(_ context.Context, r *report.Report, o boot.Options) (*plan.Plan, error) {
	cats, err := d.catalogs()
	if err != nil {
		return nil, err
	}
	return recommend.Recommend(r, cats, asked(o))
}

// explain tells of one device in the answer.
func (d *data) explain(_ context.Context, p *plan.Plan, r *report.Report, o boot.Options, id string) (*plan.Explanation, error) {
	cats, err := d.catalogs()
	if err != nil {
		return nil, err
	}
	return recommend.Explain(p, r, cats, asked(o), id)
}

// asked is what the kernel command line asks the recommendation for. The kernel
// that runs is the stick's and says nothing about the target.
func asked(o boot.Options) recommend.Options {
	return recommend.Options{Loader: o.Loader, Platforms: o.Platforms}
}

func showAnswer(w io.Writer, p *plan.Plan, r *report.Report, size boot.Size) error {
	if p == nil {
		return firstPage(w, r, show.Options(size))
	}
	return show.Plan(w, p, r, show.Options(size))
}

// firstPage writes as much of a report as fits, and how to see the rest.
func firstPage(w io.Writer, r *report.Report, options show.Options) error {
	pages, err := show.Screens(options, func(w io.Writer) error { return show.Report(w, r) })
	if err != nil {
		return err
	}
	text := pages[0]
	if n := len(pages); n > 1 {
		text += fmt.Sprintf("The devices have %d pages: press %c for all of them.\n", n, boot.KeyDevices)
	}
	_, err = io.WriteString(w, text)
	return err
}

// pack writes the packer's input without the archives, which are not on
// the stick. A loader without a packer of ours gets the plan alone.
func (d *data) pack(_ context.Context, p *plan.Plan, _ *report.Report, dir string) error {
	if !slices.Contains(packer.Names(), p.Platform.Loader) {
		return nil
	}
	cats, err := d.catalogs()
	if err != nil {
		return err
	}
	_, err = packer.Pack(p.Platform.Loader, p, dir, packer.Options{Catalogs: cats})
	return err
}

// Probe tries the drivers of a directory, lib/modules/RELEASE or what a stick
// has of it, on the devices of a report that have none.
func Probe(ctx context.Context, r *report.Report, drivers string, tell func(string)) ([]probe.Result, error) {
	found, err := probe.OpenDrivers(drivers)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	return probe.New(probe.NewLinux(), found, probe.Wait).Probe(ctx, r, tell), nil
}
