package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	"github.com/modscout/modscout/scan/report/jsondoc"
)

// ErrDamaged is in the chain of every error that [Read] returns for a document
// that is a catalogue by its schema but whose tables do not fit together.
var ErrDamaged = errors.New("damaged catalogue")

// zstdMagic opens every zstd frame, RFC 8878 section 3.1.1.
var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// Read decodes a catalogue from r, zstd or plain JSON by its first bytes. What
// "platform import" wrote is read as the catalogue of that one platform.
//
// Errors: [jsondoc.ErrSchema] for another kind of document, [ErrDamaged] where
// a position points outside its table, else what is wrong with the encoding.
// It never takes more than [jsondoc.MaxBytes] of JSON.
func Read(r io.Reader) (*Catalog, error) { return ReadMost(r, jsondoc.MaxBytes) }

// ReadMost is [Read] where there is little memory: it takes at most so many
// bytes, of the file and of the JSON in it.
func ReadMost(r io.Reader, most int64) (*Catalog, error) {
	data, err := decompress(r, most)
	if err != nil {
		return nil, err
	}
	return decode(data)
}

// ReadCanonical is [Read] for a file that is known to hold canonical JSON, as
// [Write] leaves it: its hash is then that of the bytes, and [Catalog.Hash]
// need not encode the whole catalogue again.
func ReadCanonical(r io.Reader) (*Catalog, error) {
	data, err := decompress(r, jsondoc.MaxBytes)
	if err != nil {
		return nil, err
	}
	c, err := decode(data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	c.sum = "sha256:" + hex.EncodeToString(sum[:])
	return c, nil
}

// decompress reads all of r, through zstd where it begins with its magic. A
// frame says how large its content is, so that one piece of memory takes it:
// the scan image runs on machines with little.
func decompress(r io.Reader, most int64) ([]byte, error) {
	data, err := readAll(r, most)
	if err != nil || !bytes.HasPrefix(data, zstdMagic) {
		return data, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(uint64(most)), zstd.WithDecoderMaxWindow(64<<20),
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	return dec.DecodeAll(data, nil)
}

func readAll(r io.Reader, most int64) ([]byte, error) {
	var data bytes.Buffer
	n, err := data.ReadFrom(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if n > most {
		return nil, fmt.Errorf("catalogue is larger than %d bytes", most)
	}
	return data.Bytes(), nil
}

// decode is one pass over the document: its schema is looked at afterwards,
// because a separate look would parse all of it once more.
func decode(data []byte) (*Catalog, error) {
	var c Catalog
	if err := json.Unmarshal(data, &c); err != nil {
		schema, other := jsondoc.Schema(data)
		switch {
		case other != nil:
			return nil, other
		case schema == ImportedSchema:
			return decodeImported(data)
		}
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	switch c.Schema {
	case ImportedSchema:
		return decodeImported(data)
	case Schema:
	default:
		return nil, fmt.Errorf("%w %q, want %q", jsondoc.ErrSchema, c.Schema, Schema)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return &c, nil
}

func decodeImported(data []byte) (*Catalog, error) {
	i, err := ReadImported(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return i.Catalog(), nil
}

// Write encodes the catalogue as canonical JSON (RFC 8785) in one zstd frame:
// the same catalogue gives the same bytes.
func (c *Catalog) Write(w io.Writer) error {
	data, err := jsondoc.Canonical(c)
	if err != nil {
		return err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	_, err = w.Write(enc.EncodeAll(data, nil))
	return err
}

// Hash returns "sha256:…" over the catalogue's canonical form. The result for
// a catalogue of [ReadCanonical] is that of the file, whatever was changed in
// memory since.
func (c *Catalog) Hash() (string, error) {
	if c.sum != "" {
		return c.sum, nil
	}
	return jsondoc.Hash(c)
}

// check says whether every position points into its table.
func (c *Catalog) check() error {
	for i, m := range c.Modules {
		if m.Aliases < None || m.Aliases >= len(c.AliasSets) {
			return fmt.Errorf("module %d (%s): no alias set %d", i, m.File, m.Aliases)
		}
	}
	for _, p := range c.Platforms {
		for _, m := range slices.Concat(p.Initrd, p.Drivers) {
			if m < 0 || m >= len(c.Modules) {
				return fmt.Errorf("platform %s: no module %d", p.ID, m)
			}
		}
	}
	for i := range c.Extensions {
		if err := c.checkExtension(&c.Extensions[i]); err != nil {
			return fmt.Errorf("extension %s: %w", c.Extensions[i].ID, err)
		}
	}
	return nil
}

func (c *Catalog) checkExtension(e *Extension) error {
	for platform, r := range e.Releases {
		if r < 0 || r >= len(e.Recipes) {
			return fmt.Errorf("release %s: no recipe %d", platform, r)
		}
	}
	for i, r := range e.Recipes {
		for _, k := range r.Kmods {
			if k.Module < 0 || k.Module >= len(c.Modules) {
				return fmt.Errorf("recipe %d: no module %d", i, k.Module)
			}
			if k.File < 0 || k.File > 0 && k.File >= len(r.Files) {
				return fmt.Errorf("recipe %d: no file %d", i, k.File)
			}
		}
	}
	return nil
}
