// Evaluate measures how right the recommendations are over real machines:
//
//	make evaluate CORPORA=DIR
//	go run ./cmd/evaluate FILE…
//
// Each file is anything that `modscout import` reads, and one machine. Every
// machine is asked about on every platform of the embedded catalogue: each
// device must have exactly one verdict, and each plan must pass the checker
// that shares no code with the search. Where a file names the driver in use of
// a network or storage card, the answer for Debian's kernel is held to it:
//
//	recall     of the cards whose driver that kernel has for them, how many get it
//	precision  of the cards that get a module, how many get the one in use
//
// Every miss is printed with its reason, and so is every card that is not
// counted because Debian's module of that name has no such id: a vendor's driver
// of the same name was in use. The status is 1 where a plan fails the
// checker or a device lacks its one verdict, else 0.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/names"
	"github.com/modscout/modscout/scan/report"
)

func main() {
	quick := flag.Bool("quick", false, "only the reference kernel, not every platform")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	cat, err := embedded.Default()
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(2)
	}
	e := newEvaluation(cat, *quick)
	ids := names.Open()
	for _, file := range flag.Args() {
		rep, err := load(file, ids)
		if err == nil {
			err = e.machine(filepath.Base(file), rep)
		}
		if err != nil {
			e.skip(file, err)
		}
	}
	e.print(os.Stdout)
	if e.wrong() {
		os.Exit(1)
	}
}

// load reads one machine.
func load(file string, ids *names.DB) (*report.Report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	tree := func(archive []byte) (*report.Report, error) {
		return scan.Scan(context.Background(), scan.Options{Root: file, Names: ids})
	}
	rep, err := foreign.Import([]foreign.Input{{Name: file, Data: data}}, foreign.Options{Names: ids, Tree: tree})
	if err == nil && len(rep.Devices) == 0 {
		err = errors.New("no devices in it")
	}
	return rep, err
}
