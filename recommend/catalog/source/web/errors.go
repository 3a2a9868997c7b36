package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"

	"github.com/modscout/modscout/modalias/hint"
)

// The ways in which a download fails beside those of net/http.
var (
	ErrOffline  = hint.With(errors.New("not in the cache, and the network is not to be used"), "run it once without --offline")
	ErrTooLarge = errors.New("larger than what is wanted there")
	ErrRedirect = errors.New("redirect refused")
	ErrSlow     = errors.New("the server sends next to nothing")
)

// Error says which URL could not be had.
type Error struct {
	URL string
	Err error
}

// Error gives the URL and the reason.
func (e *Error) Error() string { return e.URL + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// StatusError is an answer that is not the file.
type StatusError struct {
	Code   int
	Status string // "404 Not Found"
}

// Error gives the answer.
func (e *StatusError) Error() string { return "the server answers " + e.Status }

// Is lets an answer that there is no such file be fs.ErrNotExist.
func (e *StatusError) Is(target error) bool {
	return target == fs.ErrNotExist && (e.Code == http.StatusNotFound || e.Code == http.StatusGone)
}

// HashError says that a download is not what was pinned. Nothing of it is used.
type HashError struct{ Want, Got string } // hexadecimal sha256

// Error gives both hashes.
func (e *HashError) Error() string {
	return fmt.Sprintf("it has sha256 %s, wanted is %s", e.Got, e.Want)
}

// Hint says what usually happened.
func (e *HashError) Hint() string {
	return "the file changed since its hash was written down: nothing of it was used"
}

// unreachable says whether the server itself could not be reached, so that
// asking it for something else is a waste of time.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
