// Package jsondoc reads and writes modscout's versioned JSON documents.
//
// A document is a JSON object whose member "schema" names its kind and major
// version, such as "modscout.report/v1". Reading refuses duplicate members,
// invalid UTF-8 and another kind or major version. Members that a Go type does
// not know are kept where the type has a field `json:",embed"` of type
// [jsontext.Value], so that an older program does not lose what a newer one
// wrote.
package jsondoc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxBytes is the largest document that [Read] accepts, in bytes.
const MaxBytes = 256 << 20

// ErrSchema is in the chain of every error that [Read] returns for a document
// of another kind or of another major version.
var ErrSchema = errors.New("unknown schema")

// Read decodes one document of the given schema from r into v.
//
// Errors: [ErrSchema] where the document is of another kind; otherwise what is
// wrong with the JSON, with its byte offset and JSON pointer.
func Read(r io.Reader, schema string, v any) error {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return err
	}
	if len(data) > MaxBytes {
		return fmt.Errorf("document is larger than %d bytes", MaxBytes)
	}
	return Unmarshal(data, schema, v)
}

// Unmarshal is [Read] for bytes that are in memory already.
func Unmarshal(data []byte, schema string, v any) error {
	got, err := Schema(data)
	if err != nil {
		return err
	}
	if got != schema {
		return fmt.Errorf("%w %q, want %q", ErrSchema, got, schema)
	}
	return json.Unmarshal(data, v)
}

// Schema returns the "schema" member of a JSON document, or "" where it has none.
func Schema(data []byte) (string, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return "", err
	}
	return head.Schema, nil
}

// Write encodes v for people and version control: two spaces of indentation,
// members in the order of the Go type, maps sorted, a newline at the end.
func Write(w io.Writer, v any) error {
	err := json.MarshalWrite(w, v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

// Canonical encodes v as RFC 8785 (JSON Canonicalization Scheme) says.
func Canonical(v any) ([]byte, error) {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	value := jsontext.Value(data)
	if err := value.Canonicalize(); err != nil {
		return nil, err
	}
	return value, nil
}

// Hash returns "sha256:" and the hexadecimal SHA-256 of v's canonical form.
func Hash(v any) (string, error) {
	data, err := Canonical(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
