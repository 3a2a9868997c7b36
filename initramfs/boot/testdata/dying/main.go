// Dying is an /init for boot tests whose parts go wrong: the scan panics, and
// with "modscout.show=report" the recommendation is a fatal error that no
// recover catches.
package main

import (
	"context"
	"io"
	"sync"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

func main() {
	boot.Run(boot.Parts{
		Tool: "dying",
		Scan: func(context.Context) (*report.Report, error) { panic("the scan panics") },
		Recommend: func(_ context.Context, _ *report.Report, o boot.Options) (*plan.Plan, error) {
			if o.Show == "report" {
				new(sync.Mutex).Unlock() // fatal error
			}
			return nil, nil
		},
		Show: func(w io.Writer, _ *plan.Plan, r *report.Report, _ boot.Size) error {
			_, err := io.WriteString(w, "the answer of "+r.Tool+"\n")
			return err
		},
	})
}
