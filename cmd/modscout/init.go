package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/recommend/packer"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/report"
)

// isInit reports whether we are the first program of a scan image, or its
// child. PID 1 alone does not say so: a container's program is PID 1 too.
func isInit() bool {
	return os.Args[0] == "/init" && (os.Getpid() == 1 || boot.IsWorker())
}

// bootParts are the rooms that PID 1 of the scan image calls on.
func bootParts() boot.Parts {
	return boot.Parts{
		Tool:      tool,
		Scan:      bootScan,
		Recommend: bootRecommend,
		Show:      bootShow,
		Pack:      bootPack,
		Pages:     bootPages,
		Probe:     bootProbe,
	}
}

func bootScan(ctx context.Context) (*report.Report, error) {
	return scan.Scan(ctx, scan.Options{Tool: tool})
}

// bootRecommend answers from the embedded catalogue. The kernel that runs is
// the stick's and says nothing about the target.
func bootRecommend(_ context.Context, r *report.Report, o boot.Options) (*plan.Plan, error) {
	data, err := embedded.Default()
	if err != nil {
		return nil, err
	}
	return recommend.Recommend(r, []*catalog.Catalog{data}, recommend.Options{Loader: o.Loader, Platforms: o.Platforms})
}

func bootShow(w io.Writer, p *plan.Plan, r *report.Report, size boot.Size) error {
	if p == nil {
		return show.Report(w, r)
	}
	return show.Plan(w, p, r, show.Options(size))
}

// bootPack writes the packer's input without the archives, which are not on
// the stick. A loader without a packer of ours gets the plan alone.
func bootPack(_ context.Context, p *plan.Plan, _ *report.Report, dir string) error {
	if !slices.Contains(packer.Names(), p.Platform.Loader) {
		return nil
	}
	data, err := embedded.Default()
	if err != nil {
		return err
	}
	_, err = packer.Pack(p.Platform.Loader, p, dir, packer.Options{Catalogs: []*catalog.Catalog{data}})
	return err
}
