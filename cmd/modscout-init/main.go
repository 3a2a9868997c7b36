// Modscout-init is /init of the scan image, and nothing else: modscout without
// its command line, four megabytes less to unpack into memory. "modscout image
// build" packs it where it lies beside modscout, and otherwise modscout itself.
package main

import (
	"fmt"
	"os"

	"github.com/modscout/modscout/initramfs/scanimage"
)

func main() {
	if scanimage.IsInit() {
		scanimage.Run()
	}
	fmt.Fprintln(os.Stderr, "modscout-init: this is /init of the scan image: modscout image build packs it")
	os.Exit(2)
}
