package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// workerVariable tells our executable that it is the child of PID 1.
const workerVariable = "MODSCOUT_BOOT_WORKER"

// IsWorker reports whether this process is the child that [Run] started: the
// program must call Run again in it.
func IsWorker() bool { return os.Getenv(workerVariable) != "" }

// Run is PID 1 of the scan image and, in its child, the work. It does not
// return: at the end it waits for a key, or powers off where the kernel command
// line says so.
func Run(parts Parts) {
	s := newSession(parts, &linux{})
	if IsWorker() {
		s.run(context.Background())
	} else {
		s.supervise(context.Background())
	}
	s.end(context.Background())
}

// supervise runs the work in a child. It comes back when the child died or
// could not be started; a child that works ends with the machine.
func (s *session) supervise(ctx context.Context) {
	s.mount(ctx)
	err := work()
	s.open(ctx)
	s.complain("stopped", fmt.Errorf("%w. The answer is not complete", err))
	s.screens.progress(s.lastLine())
}

func work() error {
	cmd := exec.Command("/init")
	cmd.Env = append(os.Environ(), workerVariable+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	if err == nil {
		return errors.New("/init ended by itself")
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
		return fmt.Errorf("%w: the machine has too little memory", err)
	}
	return err
}
