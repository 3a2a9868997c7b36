package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sample is the cost of one run.
type sample struct {
	cost   float64 // nanoseconds of CPU, bytes, or whatever both sides of a row count
	wall   time.Duration
	memory int64 // peak, bytes; 0 where it says nothing
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
		floor := lowerPeak()
		start := time.Now()
		err := cmd.Run()
		if status := (*exec.ExitError)(nil); errors.As(err, &status) && status.ExitCode() > 0 && status.ExitCode() <= highest {
			err = nil
		}
		if err != nil {
			return sample{}, fmt.Errorf("%s: %w: %s", name, err, stderr.Bytes())
		}
		return spent(cmd.ProcessState, time.Since(start), floor), nil
	}
}

// constant is the peer of a row whose goal is a limit.
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

// memory makes a row's cost the peak memory, in bytes.
func memory(work func() (sample, error)) func() (sample, error) {
	return func() (sample, error) {
		s, err := work()
		s.cost = float64(s.memory)
		return s, err
	}
}

// spent returns what a child used. Linux counts its peak memory from that of
// the parent which started it: what is not more says nothing.
func spent(p *os.ProcessState, wall time.Duration, floor int64) sample {
	s := sample{cost: float64(p.UserTime() + p.SystemTime()), wall: wall}
	if peak := p.SysUsage().(*syscall.Rusage).Maxrss << 10; peak > floor { // kilobytes: getrusage(2)
		s.memory = peak
	}
	return s
}

// lowerPeak gives back what memory it can and makes this process's peak what is
// left (proc(5), clear_refs). It returns the least that a child's peak can tell
// from it.
func lowerPeak() int64 {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // without it the floor is higher
	status, _ := os.ReadFile("/proc/self/status")
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "kB")
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(peak), 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return kilobytes<<10 + 1<<20
}
