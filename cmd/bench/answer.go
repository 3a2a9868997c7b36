package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// answerRows measure what a person waits for, and the part of it that grows with
// the platforms.
func (b *bench) answerRows() ([]row, error) {
	recommend := answer(b.modscout, "recommend", "cmd/bench/testdata/machine.txt")
	known := func() (string, error) { return firstWords(b.modscout, "which", "8086:15f3") }
	return []row{
		{work: "recommend, start to answer, elapsed", beside: "a limit", goal: 1, peer: constant(100e6), ours: wall(recommend), equal: known},
		{work: "recommend, start to answer, memory", beside: "a limit", goal: 1, bytes: true, peer: constant(64e6), ours: memory(recommend), equal: known},
		{
			work: "recommend 100 platforms x 50 devices x 100 extensions, proven, elapsed", beside: "a limit", goal: 1, peer: constant(50e6),
			ours:  benchmark("./recommend", "BenchmarkRecommend"),
			equal: func() (string, error) { return "the benchmark wants a proof", nil },
		},
	}, nil
}

// firstWords wants igc, which drives that id everywhere, in the first words of an
// answer.
func firstWords(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	line, _, _ := strings.Cut(string(out), ",")
	if !strings.Contains(line, "igc") {
		return "", fmt.Errorf("%s %s: %q (%w)", name, strings.Join(args, " "), line, err)
	}
	return line, nil
}

var perOp = regexp.MustCompile(`\s([\d.]+) ns/op`)

// benchmark runs one of the packages' own benchmarks, which fail where the
// result is wrong. Its cost is the time that passes for one round.
func benchmark(pkg, name string) func() (sample, error) {
	pattern := "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
	return func() (sample, error) {
		out, err := exec.Command("go", "test", "-run", "^$", "-bench", pattern, "-benchtime", "300ms", pkg).CombinedOutput()
		match := perOp.FindSubmatch(out)
		if err != nil || match == nil {
			return sample{}, fmt.Errorf("%s of %s: %w\n%s", name, pkg, err, out)
		}
		cost, err := strconv.ParseFloat(string(match[1]), 64)
		return sample{cost: cost}, err
	}
}
