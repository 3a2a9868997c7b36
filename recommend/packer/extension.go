package packer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// synthesised is the id of the one extension that holds a plan's modules.
const synthesised = "modscout.drivers"

// homepage is where the extension's index sends people for help.
const homepage = "https://github.com/modscout/modscout"

// recipe is the synthesised extension on the plan's platform.
type recipe struct {
	id, platform string
	modules      []packedModule    // load order
	scripts      map[string]string // kind -> file
	others       map[string][]byte // scripts and the files that they need
}

// synthesise makes one extension of all that the plan's extensions gave.
func synthesise(in Input, c *cargo) recipe {
	r := recipe{
		id:       synthesised,
		platform: in.Plan.Platform.ID,
		modules:  c.modules,
		scripts:  map[string]string{},
		others:   maps.Clone(c.files),
	}
	add := func(kind string, content []byte) {
		r.scripts[kind] = ourPrefix + kind + ".sh"
		r.others[r.scripts[kind]] = content
	}
	add("on_boot", onBoot(c.scripts["on_boot"]))
	if scripts := c.scripts["on_os_load"]; len(scripts) > 0 {
		add("on_os_load", chain("", scripts))
	}
	r.others[bootLogName] = bootLog(in, c.modules)
	return r
}

// files returns the extension's files: the modules in load order, then the
// others by name.
func (r recipe) files() []File {
	var files []File
	for _, m := range r.modules {
		files = append(files, File{Name: m.File, Data: m.data})
	}
	for _, name := range slices.Sorted(maps.Keys(r.others)) {
		files = append(files, File{Name: name, Data: r.others[name]})
	}
	return files
}

// archive returns the files as a gzip-compressed tar. Nothing in it depends on
// when and where it is made.
func (r recipe) archive() ([]byte, error) {
	var out bytes.Buffer
	compressor := gzip.NewWriter(&out)
	w := tar.NewWriter(compressor)
	for _, file := range r.files() {
		header := &tar.Header{Name: file.Name, Mode: 0o644, Size: int64(len(file.Data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(file.Data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err := compressor.Close()
	return out.Bytes(), err
}

// indexJSON and recipeJSON are the files of redpill-load's
// docs/extensions-for-devs.md, in the form that its ext-manager.sh survives:
// it ends with an error on a recipe without scripts, with empty kmods or with
// empty files, whatever its documents say.
type indexJSON struct {
	ID       string            `json:"id"`
	URL      string            `json:"url"`
	Info     infoJSON          `json:"info"`
	Releases map[string]string `json:"releases"`
}

type infoJSON struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	HelpURL     string `json:"help_url"`
	PackerURL   string `json:"packer_url"`
}

type recipeJSON struct {
	ModVersion string            `json:"mod_version"`
	Files      []recipeFile      `json:"files"`
	Kmods      object            `json:"kmods,omitempty"`
	Scripts    map[string]string `json:"scripts"`
}

type recipeFile struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Packed bool   `json:"packed"`
}

// indexName is the file that ext-manager.sh is told to add.
const indexName = "rpext-index.json"

// extensionFiles returns index, recipe and archive.
func extensionFiles(in Input, r recipe) ([]File, error) {
	packed, err := r.archive()
	if err != nil {
		return nil, err
	}
	archiveName := ourPrefix + r.platform + ".tgz"
	index := indexJSON{
		ID:  r.id,
		URL: in.url(indexName),
		Info: infoJSON{
			Name:        "Drivers chosen by modscout",
			Description: fmt.Sprintf("%d modules for %s", len(r.modules), r.platform),
			HelpURL:     homepage,
			PackerURL:   homepage,
		},
		Releases: map[string]string{r.platform: in.url(r.platform + ".json")},
	}
	content := recipeJSON{
		ModVersion: in.Plan.ID,
		Files:      []recipeFile{{archiveName, in.url(archiveName), sum(packed), true}},
		Scripts:    r.scripts,
	}
	for _, m := range r.modules {
		if err := content.Kmods.set(m.File, m.Args); err != nil {
			return nil, err
		}
	}
	return documents(
		document{indexName, index},
		document{r.platform + ".json", content},
		document{archiveName, packed},
	)
}

// document is a file whose content is bytes or a value to be written as JSON.
type document struct {
	name    string
	content any
}

func documents(list ...document) ([]File, error) {
	var files []File
	for _, d := range list {
		data, raw := d.content.([]byte)
		if !raw {
			var out bytes.Buffer
			if err := jsondoc.Write(&out, d.content); err != nil {
				return nil, err
			}
			data = out.Bytes()
		}
		files = append(files, File{Name: d.name, Data: data})
	}
	return files, nil
}

// checkBaseURL refuses what ext-manager.sh could not download from.
func checkBaseURL(base string) error {
	u, err := url.Parse(base)
	if base == "" || err == nil && (u.Scheme == "file" || u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	return hint.With(fmt.Errorf("base URL %q is not one", base), "write it as https://HOST/FOLDER")
}

// url returns where a file of the output will be found.
func (in Input) url(name string) string {
	if in.BaseURL != "" {
		return strings.TrimSuffix(in.BaseURL, "/") + "/" + name
	}
	return (&url.URL{Scheme: "file", Path: in.Dir + "/" + name}).String()
}
