package main

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/scanimage"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
)

// catalogFiles makes the files of an image for the catalogues that are named,
// path -> content. Each is read again as the image will read it.
func catalogFiles(talk io.Writer, names []string) (map[string][]byte, error) {
	if len(names) > scanimage.MaxCatalogs {
		return nil, fmt.Errorf("an image takes at most %d catalogues", scanimage.MaxCatalogs)
	}
	files := map[string][]byte{}
	for _, name := range names {
		c, err := catalogNamed(name)
		if err != nil {
			return nil, withHint(err, "modscout catalog build SOURCE… -o FILE makes a catalogue")
		}
		to := path.Join(layout.CatalogsDir, catalogFile(name))
		if files[to] != nil {
			return nil, withHint(fmt.Errorf("two catalogues would be %s on the image", to), "rename one of the files")
		}
		if files[to], err = packCatalog(c); err != nil {
			return nil, fmt.Errorf("the catalogue %s: %w", name, err)
		}
		tellCatalog(talk, c)
	}
	return files, nil
}

// packCatalog writes a catalogue as it goes on an image, if the image can take
// it.
func packCatalog(c *catalog.Catalog) ([]byte, error) {
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return nil, err
	}
	_, err := catalog.ReadMost(bytes.NewReader(b.Bytes()), scanimage.MaxCatalogBytes)
	return b.Bytes(), err
}

// catalogFile is the name on the image, whose FAT takes fewer characters than
// other systems do.
func catalogFile(name string) string {
	name = filepath.Base(name)
	for _, suffix := range []string{".zst", ".json"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			return r
		}
		return '_'
	}, strings.TrimLeft(name, ".")) + ".json.zst"
}

// tellCatalog says what was added, and what for that will not be used.
func tellCatalog(talk io.Writer, c *catalog.Catalog) {
	fmt.Fprintf(talk, "catalogue %s: %d platforms, %d extensions, %d modules\n",
		oneLine(versions([]*catalog.Catalog{c})), len(c.Platforms), len(c.Extensions), len(c.Modules))
	if own, err := embedded.Default(); err == nil && own.Name == c.Name && own.Newer(c) {
		fmt.Fprintf(talk, "the image has a newer one of that name, of %s, and will use that\n", own.Date)
	}
}
