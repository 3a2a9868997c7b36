package kotest

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
	"time"
)

// Browse opens an address in Chromium, without a window and with further
// arguments, and returns what it prints: with --dump-dom, the document as it is
// after its scripts ran.
func Browse(t testing.TB, address string, args ...string) string {
	t.Helper()
	program := Tool(t, "chromium-headless-shell", "chromium-headless-shell")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args = append([]string{"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=" + t.TempDir()}, args...)
	cmd := exec.CommandContext(ctx, program, append(args, address)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, &complaints)
	}
	return string(out)
}
