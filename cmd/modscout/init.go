package main

import (
	"context"
	"os"

	"github.com/modscout/modscout/initramfs/boot"
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
		Scan: bootScan,
	}
}

func bootScan(ctx context.Context) (*report.Report, error) {
	return scan.Scan(ctx, scan.Options{})
}
