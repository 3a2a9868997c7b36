// Modscout finds out which platform and which drivers a machine needs.
package main

import (
	"context"
	"os"

	"github.com/modscout/modscout/initramfs/scanimage"
)

func main() {
	if scanimage.IsInit() {
		scanimage.Run()
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
