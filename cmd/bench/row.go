package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"syscall"
	"time"
)

type options struct {
	runs     int
	short    bool
	cache    string
	modscout string
	rpext    string // a clone of pocopico/rp-ext, or ""
	only     *regexp.Regexp
}

// sample is the cost of one run.
type sample struct {
	cost   float64 // nanoseconds of CPU, or whatever both sides of a row count
	wall   time.Duration
	memory int64 // peak, bytes; 0 where it says nothing
}

// row is one line of the table: the same work done by us and by a peer.
type row struct {
	work  string
	goal  float64 // ratio of cost, ours to the peer's
	ours  func() (sample, error)
	peer  func() (sample, error)
	equal func() (string, error) // compares the results; says what was equal
}

// result is what became of a row.
type result struct {
	row
	oursMedian, peerMedian sample
	ratios                 []float64
	equality               string
}

// measure runs both sides in turn, after one run each that is not counted, so
// that neither profits from files that the other has brought into memory.
func (r row) measure(runs int) (result, error) {
	res := result{row: r}
	var ours, peers []sample
	for i := range runs + 1 {
		our, err := r.ours()
		if err != nil {
			return res, fmt.Errorf("%s: %w", r.work, err)
		}
		peer, err := r.peer()
		if err != nil {
			return res, fmt.Errorf("%s: the peer: %w", r.work, err)
		}
		if i > 0 {
			ours, peers = append(ours, our), append(peers, peer)
			res.ratios = append(res.ratios, our.cost/peer.cost)
		}
	}
	slices.Sort(res.ratios)
	res.oursMedian, res.peerMedian = median(ours), median(peers)
	var err error
	if res.equality, err = r.equal(); err != nil {
		return res, fmt.Errorf("%s: %w", r.work, err)
	}
	return res, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return int(a.cost - b.cost) })
	return samples[len(samples)/2]
}

// quartile returns the value below which n quarters of the sorted values lie.
func quartile(values []float64, n int) float64 {
	return values[n*(len(values)-1)/4]
}

const tableHead = `| work | ours | peer | ratio (quartiles) | goal | memory, ours / peer | equal |
|---|---|---|---|---|---|---|
`

func (r result) write(w io.Writer) {
	mark := ""
	if quartile(r.ratios, 2) > r.goal {
		mark = " **missed**"
	}
	fmt.Fprintf(w, "| %s | %v | %v | %.3f (%.3f-%.3f)%s | %.2f | %s | %s |\n", r.work,
		duration(r.oursMedian), duration(r.peerMedian), quartile(r.ratios, 2), quartile(r.ratios, 1), quartile(r.ratios, 3), mark, r.goal,
		megabytes(r.oursMedian.memory)+" / "+megabytes(r.peerMedian.memory), r.equality)
}

// duration rounds to what the eye can compare.
func duration(s sample) time.Duration {
	d := time.Duration(s.cost)
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

// command measures a child process: CPU time of user and system, and its peak
// memory.
func command(name string, args ...string) func() (sample, error) {
	return child(0, name, args)
}

// answer is command for ours, whose status 1 says that the answer is not
// complete.
func answer(name string, args ...string) func() (sample, error) {
	return child(1, name, args)
}

// child runs a program that may end with a status up to highest.
func child(highest int, name string, args []string) func() (sample, error) {
	return func() (sample, error) {
		cmd := exec.Command(name, args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		start := time.Now()
		err := cmd.Run()
		if status := (*exec.ExitError)(nil); errors.As(err, &status) && status.ExitCode() > 0 && status.ExitCode() <= highest {
			err = nil
		}
		if err != nil {
			return sample{}, fmt.Errorf("%s: %w: %s", name, err, stderr.Bytes())
		}
		return spent(cmd.ProcessState, time.Since(start)), nil
	}
}

// constant is the peer of a row whose goal is a time, in nanoseconds.
func constant(limit float64) func() (sample, error) {
	return func() (sample, error) { return sample{cost: limit}, nil }
}

// times is the cost of the same work n times.
func times(n float64, work func() (sample, error)) func() (sample, error) {
	return func() (sample, error) {
		s, err := work()
		s.cost *= n
		return s, err
	}
}

// wall makes a row's cost the time that passes instead of CPU time.
func wall(work func() (sample, error)) func() (sample, error) {
	return func() (sample, error) {
		s, err := work()
		s.cost = float64(s.wall)
		return s, err
	}
}

// spent returns what a child used. Linux counts its peak memory from that of
// the parent which started it: what is not more says nothing.
func spent(p *os.ProcessState, wall time.Duration) sample {
	var own syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &own) // fails only for another first argument
	s := sample{cost: float64(p.UserTime() + p.SystemTime()), wall: wall}
	if peak := p.SysUsage().(*syscall.Rusage).Maxrss; peak > own.Maxrss+1024 {
		s.memory = peak << 10 // kilobytes: getrusage(2)
	}
	return s
}
