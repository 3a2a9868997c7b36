// Modscout finds out which platform and which drivers a machine needs.
package main

import (
	"context"
	"os"

	"github.com/modscout/modscout/initramfs/boot"
)

func main() {
	if isInit() {
		boot.Run(bootParts())
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
