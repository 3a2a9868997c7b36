package generate

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/renameio/v2"
	"github.com/klauspost/compress/gzip"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// writer is one run of [Tree].
type writer struct {
	dir, base  string
	time       time.Time
	extensions map[string]*extension
	sum        Summary
}

// extension is a rpext-index.json.
type extension struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Info struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		HelpURL     string `json:"help_url"`
	} `json:"info"`
	Releases map[string]string `json:"releases"`
}

// recipe is what a release leads to.
type recipe struct {
	Files   []catalog.File    `json:"files"`
	Kmods   kmods             `json:"kmods"`
	Scripts map[string]string `json:"scripts"` // present though empty: ext-manager.sh needs it
}

// kmods are the modules of a recipe, without arguments, in load order.
type kmods []string

// MarshalJSONTo writes an object whose members keep their order.
func (l kmods) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, file := range l {
		if err := enc.WriteToken(jsontext.String(file)); err != nil {
			return err
		}
		if err := enc.WriteToken(jsontext.String("")); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

// recipe writes the archive and the recipe of one driver on one platform.
func (w *writer) recipe(k *kernel, platform, driver string, modules []*ko.Module) error {
	name := driver + "-" + platform + ".tgz"
	data, err := w.archive(k, modules)
	if err != nil {
		return fmt.Errorf("%s: %w", driver, err)
	}
	if err := w.file(path.Join(driver, "releases", name), data); err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	r := recipe{
		Files: []catalog.File{{
			Name: name, URL: w.url(driver, "releases", name), SHA256: hex.EncodeToString(sum[:]), Packed: true,
		}},
		Scripts: map[string]string{},
	}
	for _, m := range modules {
		r.Kmods = append(r.Kmods, catalog.ModuleFile(m.File))
	}
	w.sum.Recipes++
	w.sum.Modules += len(modules)
	w.sum.Bytes += int64(len(data))
	w.extension(driver).Releases[platform] = w.url(driver, "releases", platform+".json")
	return w.document(path.Join(driver, "releases", platform+".json"), &r)
}

func (w *writer) extension(driver string) *extension {
	e := w.extensions[driver]
	if e == nil {
		e = &extension{ID: "modscout." + driver, URL: w.url(driver, "rpext-index.json"), Releases: map[string]string{}}
		e.Info.Name = driver
		e.Info.Description = "The module " + driver + " of Debian's kernels"
		e.Info.HelpURL = "https://www.debian.org/distrib/packages"
		w.extensions[driver] = e
	}
	return e
}

// archive packs modules uncompressed, so that any insmod can load them.
func (w *writer) archive(k *kernel, modules []*ko.Module) ([]byte, error) {
	var file bytes.Buffer
	compressed := gzip.NewWriter(&file)
	pack := tar.NewWriter(compressed)
	for _, m := range modules {
		body, err := plain(k.path(m))
		if err != nil {
			return nil, err
		}
		header := &tar.Header{
			Format: tar.FormatUSTAR, Typeflag: tar.TypeReg, Name: catalog.ModuleFile(m.File),
			Mode: 0o644, Uname: "root", Gname: "root", Size: int64(len(body)), ModTime: w.epoch(),
		}
		if err := pack.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := pack.Write(body); err != nil {
			return nil, err
		}
	}
	if err := pack.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

func (w *writer) epoch() time.Time {
	if w.time.IsZero() {
		return time.Unix(0, 0)
	}
	return w.time
}

// plain returns a module's bytes, decompressed.
func plain(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := archive.Decompress(f, archive.Default)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// indexes writes the index of every extension that has a release.
func (w *writer) indexes() error {
	for _, driver := range slices.Sorted(maps.Keys(w.extensions)) {
		if err := w.document(path.Join(driver, "rpext-index.json"), w.extensions[driver]); err != nil {
			return err
		}
		w.sum.Extensions++
	}
	return nil
}

// platforms writes what the kernels have without extensions.
func (w *writer) platforms(b *catalog.Builder) error {
	return w.document("modscout-platforms.json", b.Catalog("generated", "", ""))
}

func (w *writer) url(parts ...string) string { return w.base + "/" + path.Join(parts...) }

func (w *writer) document(name string, v any) error {
	var data bytes.Buffer
	if err := jsondoc.Write(&data, v); err != nil {
		return err
	}
	return w.file(name, data.Bytes())
}

func (w *writer) file(name string, data []byte) error {
	full := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(full, data, 0o644)
}
