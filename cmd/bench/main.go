// Bench measures modscout beside the tools that people have, on the same
// inputs and in the same run, and prints one table in Markdown:
//
//	make bench
//	make bench BENCH='-o docs/speed.md'
//	go run ./cmd/bench [-runs N] [-only REGEXP] [-short] [-rpext DIR] [-o FILE]
//
// Each row runs our command and the peer's in turn, several times, and gives
// the median and the quartiles of the ratio of their CPU times. Times differ
// from machine to machine and from minute to minute; ratios hold. Before a row
// is timed the results of both are compared: a wrong answer is the only
// failure (status 1). A time never is.
//
// It needs what `make bench` installs: kmod, zstd, jq, a C compiler with
// libkmod's headers, and Debian's kernels in .cache/kernels.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == lookupVerb {
		exit(lookupMain(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == treeVerb {
		exit(treeMain(os.Args[2:]))
	}
	var opts options
	flag.IntVar(&opts.runs, "runs", 7, "times that each row is run")
	flag.StringVar(&opts.cache, "cache", ".cache", "where the kernels are, and where the bench may write")
	flag.StringVar(&opts.modscout, "modscout", "bin/modscout", "the program to measure")
	only := flag.String("only", "", "rows whose name matches this regular expression")
	flag.BoolVar(&opts.short, "short", false, "one run a row, on a small kernel where the work is slow: for the comparison of the results")
	flag.StringVar(&opts.rpext, "rpext", os.Getenv("RPEXT"), "a clone of pocopico/rp-ext, for the row of its archives")
	flag.StringVar(&opts.document, "o", "", "write the table into this document too, between its marks of make bench")
	flag.Parse()
	if opts.short {
		opts.runs = 1
	}
	if opts.document != "" && (opts.short || *only != "") {
		exit(errors.New("-o wants the whole table: neither -short nor -only"))
	}
	var err error
	if opts.only, err = regexp.Compile(*only); err != nil {
		exit(err)
	}
	if opts.cache, err = filepath.Abs(opts.cache); err != nil {
		exit(err)
	}
	exit(run(opts))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
