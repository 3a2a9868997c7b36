package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/source"
	"github.com/modscout/modscout/recommend/catalog/source/web"
	"github.com/modscout/modscout/recommend/catalog/store"
)

// updateVariable names the URL of newer default catalogues.
const updateVariable = "MODSCOUT_CATALOG_URL"

// Limits of what is fetched, in bytes: the embedded catalogue has 1 MB.
const (
	maxCatalog = 64 << 20
	maxSum     = 4096
)

func newCatalogUpdateCmd() *cobra.Command {
	var address string
	var force, offline bool
	cmd := &cobra.Command{
		Use:   "update [NAME…]",
		Short: "Fetch a newer default catalogue, or make added ones anew",
		Long: `Fetch a newer default catalogue: a file that "catalog build" wrote, with the
sum that sha256sum prints of it beside it, at the same URL with .sha256. It is
checked before it is used, and taken only if it is newer than the one in use.

The URL is that of --url, else of $MODSCOUT_CATALOG_URL, else that of the last
update; it may be a file. There is no server of ours yet: whoever builds
catalogues can serve them.

With NAME, catalogues that were added are made anew from their sources.`,
		Example: `  modscout catalog update --url https://example.org/catalog.json.zst
  modscout catalog update mine`,
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openStore()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{store.Default}
			}
			for _, name := range args {
				if name == store.Default {
					err = updateDefault(cmd, kept, address, force, offline)
				} else {
					err = updateAdded(cmd, kept, name, offline)
				}
				if err != nil {
					return fmt.Errorf("updating the catalogue %s: %w", name, err)
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "url", "", "where the newer default catalogue is")
	cmd.Flags().BoolVar(&force, "force", false, "take it even if it is older than the one in use")
	cmd.Flags().BoolVar(&offline, "offline", false, "use only what was downloaded before")
	return cmd
}

func updateAdded(cmd *cobra.Command, kept store.Store, name string, offline bool) error {
	o, err := kept.Origin(name)
	if err != nil {
		return err
	}
	if len(o.Sources) == 0 {
		return withHint(errors.New("nothing is known of how it was made"), "add it again with modscout catalog add")
	}
	return addCatalog(cmd, kept, name, &catalogSources{mirrors: o.Mirrors, offline: offline}, o.Sources)
}

func updateDefault(cmd *cobra.Command, kept store.Store, address string, force, offline bool) error {
	if address == "" {
		o, err := kept.Origin(store.Default)
		if err != nil {
			return err
		}
		address = cmp.Or(os.Getenv(updateVariable), o.URL)
	}
	if address == "" {
		return withHint(errors.New("no URL to fetch it from is known, and there is no server of ours yet"), "name one with --url or "+updateVariable)
	}
	data, err := fetchSummed(cmd, address, offline)
	if err != nil {
		return err
	}
	c, err := catalog.Read(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if newer, err := supersedes(c, force); err != nil || !newer {
		if err == nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "the catalogue in use, of %s, is the newest there\n", c.Date)
		}
		return err
	}
	if err := kept.Put(store.Default, c, store.Origin{URL: address}); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "updated to version %s of %s: %d platforms, %d extensions, %d modules\n",
		oneLine(c.Version), c.Date, len(c.Platforms), len(c.Extensions), len(c.Modules))
	return nil
}

// supersedes says whether a catalogue is newer than the one in use. Without a
// date, or with one that is still to come, it never is: it would block every
// later one.
func supersedes(c *catalog.Catalog, force bool) (bool, error) {
	date, err := time.Parse(time.DateOnly, c.Date)
	if err != nil || date.After(time.Now().Add(48*time.Hour)) {
		return false, fmt.Errorf("it is not dated as a catalogue must be: %q", c.Date)
	}
	if len(c.Platforms) == 0 {
		return false, errors.New("it holds no platform")
	}
	now, err := defaultCatalog()
	if err != nil || force {
		return true, nil // what is in use cannot be read
	}
	switch {
	case now.Newer(c):
		return false, withHint(fmt.Errorf("it is of %s, older than the one in use, of %s", c.Date, now.Date), "take it with --force")
	case c.Newer(now):
		return true, nil
	}
	one, err := c.Hash()
	if err != nil {
		return false, err
	}
	two, err := now.Hash()
	return one != two, err
}

// sha256Line begins a line of sha256sum(1).
var sha256Line = regexp.MustCompile(`^[0-9a-f]{64}\b`)

// fetchSummed returns a file that has the sha256 that the file beside it says.
func fetchSummed(cmd *cobra.Command, address string, offline bool) ([]byte, error) {
	fetch := fileFetcher(cmd, address, offline)
	text, err := fetch(address+".sha256", "", maxSum)
	if err != nil {
		return nil, err
	}
	sum := sha256Line.Find(text)
	if sum == nil {
		return nil, fmt.Errorf("%s.sha256 does not begin with a sha256", address)
	}
	return fetch(address, string(sum), maxCatalog)
}

// fileFetcher gets files from the web, or from the disk where the address is
// a path or a file URL.
func fileFetcher(cmd *cobra.Command, address string, offline bool) source.Fetch {
	if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		draw := progress(cmd, "catalogue")
		opts := web.Options{Offline: offline}
		if draw != nil {
			opts.Progress = func(_ string, done, total int64) { draw(int(done), int(total)) }
		}
		return fetcher(cmd.Context(), opts)
	}
	return func(address, sum string, most int64) ([]byte, error) {
		data, err := archive.ReadFile(strings.TrimPrefix(address, "file://"), most)
		if got := sha256.Sum256(data); err == nil && sum != "" && hex.EncodeToString(got[:]) != sum {
			return nil, &web.Error{URL: address, Err: &web.HashError{Want: sum, Got: hex.EncodeToString(got[:])}}
		}
		return data, err
	}
}
