package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/scan/names"
)

// pciIDs is the file of a list that is newer than the one inside, or "".
type pciIDs string

func (f *pciIDs) register(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(f), "pci-ids", "", "a newer pci.ids that names devices, such as /usr/share/misc/pci.ids")
}

// open returns the names, nil for those inside.
func (f pciIDs) open() (*names.DB, error) {
	if f == "" {
		return nil, nil
	}
	db, err := names.OpenWith(string(f))
	if errors.Is(err, names.ErrList) {
		err = withHint(err, "the list of the day is at https://pci-ids.ucw.cz/v2.2/pci.ids")
	}
	if err != nil {
		return nil, fmt.Errorf("--pci-ids: %w", err)
	}
	return db, nil
}
