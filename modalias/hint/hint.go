// Package hint attaches to an error what the user can do about it. The command
// line prints that on a line of its own; whoever uses a room as a library finds
// it by an interface{ Hint() string }.
package hint

// With returns err with a hint, one line of plain words; nil where err is nil.
func With(err error, text string) error {
	if err == nil {
		return nil
	}
	return &hinted{err, text}
}

type hinted struct {
	error
	hint string
}

// Unwrap returns the error without its hint.
func (h *hinted) Unwrap() error { return h.error }

// Hint returns what the user can do about the error.
func (h *hinted) Hint() string { return h.hint }
