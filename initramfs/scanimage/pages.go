package scanimage

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report"
)

// pages are what the keys of the scan image show.
func pages(key byte, p *plan.Plan, r *report.Report, size boot.Size) ([]string, error) {
	options := show.Options(size)
	if key == boot.KeyQR {
		return codePages(r, options)
	}
	return show.Screens(options, func(w io.Writer) error {
		switch {
		case key == boot.KeyDevices:
			return show.Numbered(w, r)
		case key == boot.KeyHelp:
			return help(w)
		case p == nil:
			_, err := io.WriteString(w, "There is no plan.\n")
			return err
		}
		return show.Others(w, p, r)
	})
}

// help lists the keys and the kernel's options, and says what to do where the
// target is silent.
func help(w io.Writer) error {
	list := show.NewList(w, 14)
	list.Line("KEYS")
	for _, key := range boot.ImageKeys() {
		list.Entry(key.Keys, key.Does)
	}
	if err := list.Err(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "\nON THIS IMAGE'S KERNEL COMMAND LINE\n%s\n\n", CommandLine()); err != nil {
		return err
	}
	return show.Advice(w, "WHEN THE BOX STAYS SILENT AFTER BOOT", platform.Silent(nil))
}

// codePages has one QR code a page.
func codePages(r *report.Report, options show.Options) ([]string, error) {
	var pages []string
	for _, text := range show.Codes(r, options) {
		var b bytes.Buffer
		if err := show.Code(&b, text); err != nil {
			return nil, err
		}
		pages = append(pages, b.String())
	}
	return pages, nil
}

// CommandLine lists what the scan image takes from its kernel's command line.
func CommandLine() string {
	var b strings.Builder
	for _, option := range boot.CommandLine {
		fmt.Fprintf(&b, "  %-25s %s\n", option, option.Does)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
