// Dying is an /init for boot tests whose parts go wrong: the scan panics, and
// with "modscout.show=report" the recommendation is a fatal error that no
// recover catches. With "WITHOUT_PROC_AND_SYS=1", which the kernel passes on as
// an environment variable, nothing can be mounted there, and with "GREEDY=1" the
// recommendation takes all memory.
package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

func main() {
	if os.Getenv("WITHOUT_PROC_AND_SYS") != "" {
		for _, dir := range []string{"/proc", "/sys"} {
			os.Remove(dir)
			os.WriteFile(dir, nil, 0o444)
		}
	}
	boot.Run(boot.Parts{
		Tool: "dying",
		Scan: func(context.Context) (*report.Report, error) { panic("the scan panics") },
		Recommend: func(_ context.Context, _ *report.Report, o boot.Options) (*plan.Plan, error) {
			if os.Getenv("GREEDY") != "" {
				var all [][]byte
				for {
					all = append(all, bytes.Repeat([]byte{1}, 1<<20))
				}
			}
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
