package qemu

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// Output is what a board said on its serial port.
type Output []byte

// ErrNoDocument says that the output lacks a document between its markers.
var ErrNoDocument = errors.New("not in the serial output")

// Report returns the hardware report that the scan image printed.
func (o Output) Report() (*report.Report, error) {
	data, err := o.between("REPORT")
	if err != nil {
		return nil, err
	}
	return report.Read(bytes.NewReader(data))
}

// Plan returns the plan that the scan image printed.
func (o Output) Plan() (*plan.Plan, error) {
	data, err := o.between("PLAN")
	if err != nil {
		return nil, err
	}
	return plan.Read(bytes.NewReader(data))
}

// Probe returns what the scan image's bootprobe printed.
func (o Output) Probe() ([]probe.Result, error) {
	data, err := o.between("PROBE")
	if err != nil {
		return nil, err
	}
	var results []probe.Result
	return results, json.Unmarshal(data, &results)
}

// between returns the last document of its kind. A serial port turns each
// newline into CR LF; JSON does not mind.
func (o Output) between(kind string) ([]byte, error) {
	begin := fmt.Appendf(nil, "-----BEGIN MODSCOUT %s-----", kind)
	end := fmt.Appendf(nil, "-----END MODSCOUT %s-----", kind)
	from := bytes.LastIndex(o, begin)
	if from < 0 {
		return nil, fmt.Errorf("%s: %w", kind, ErrNoDocument)
	}
	data, _, found := bytes.Cut(o[from+len(begin):], end)
	if !found {
		return nil, fmt.Errorf("%s: %w: it is cut off", kind, ErrNoDocument)
	}
	return data, nil
}

// maxOutput bounds what is kept of a guest that never stops talking.
const maxOutput = 64 << 20

// capped keeps the first maxOutput bytes.
type capped struct{ data Output }

// Write keeps what fits and drops the rest: a guest may print without end.
func (c *capped) Write(p []byte) (int, error) {
	c.data = append(c.data, p[:min(len(p), maxOutput-len(c.data))]...)
	return len(p), nil
}

// serialPort keeps what the guest says and answers its prompt once.
type serialPort struct {
	capped
	prompt, answer []byte
	typed          io.Writer
}

// Write takes what the guest prints, and types the answer behind the prompt.
func (p *serialPort) Write(data []byte) (int, error) {
	from := max(0, len(p.data)-len(p.prompt))
	p.capped.Write(data)
	if len(p.answer) > 0 && bytes.Contains(p.data[from:], p.prompt) {
		_, err := p.typed.Write(p.answer)
		p.answer = nil
		return len(data), err
	}
	return len(data), nil
}
