package main

import (
	"os"

	"github.com/modscout/modscout/initramfs/boot"
)

// isInit reports whether the kernel started us as the first program. PID 1
// alone does not say so: a container's program is PID 1 too.
func isInit() bool { return os.Getpid() == 1 && os.Args[0] == "/init" }

// bootParts are the rooms that the scan image uses.
func bootParts() boot.Parts {
	return boot.Parts{}
}
