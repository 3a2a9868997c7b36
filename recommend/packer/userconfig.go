package packer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// mergeUserConfig returns redpill-load's user_config.json (its docs/ and
// FOR_DEVS.md describe it) with extensions as the list of extensions to put
// into the image, in that order. What else the old file says is kept as it was.
// Of the extensions that it names, those for which keep is true come after ours.
func mergeUserConfig(old []byte, extensions []string, keep func(id string) bool) ([]byte, error) {
	config, err := parseUserConfig(old)
	if err != nil {
		return nil, err
	}
	if err := requireObject(&config, "extra_cmdline"); err != nil {
		return nil, fmt.Errorf("user_config.json: %w", err)
	}
	var listed []string
	if _, err := config.get("extensions", &listed); err != nil {
		return nil, fmt.Errorf("user_config.json: %w", err)
	}
	list := slices.Clone(extensions)
	for _, id := range listed {
		if !slices.Contains(list, id) && keep(id) {
			list = append(list, id)
		}
	}
	if err := setList(&config, "extensions", list); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = jsondoc.Write(&out, config)
	return out.Bytes(), err
}

// parseUserConfig reads user_config.json; one that is empty or missing has no
// members. Windows' editors put a byte order mark before it, which goes.
func parseUserConfig(data []byte) (config object, err error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if len(data) == 0 {
		return config, nil
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return config, hint.With(fmt.Errorf("user_config.json: %w", err),
			"the loader reads it with jq, which knows no comments: jq . user_config.json says where it is wrong")
	}
	return config, nil
}

// requireObject makes sure that a member is there and an object.
func requireObject(config *object, name string) error {
	var content object
	found, err := config.get(name, &content)
	if err != nil {
		return errors.Join(err, errors.New(name+" must be an object"))
	}
	if !found {
		return config.set(name, struct{}{})
	}
	return nil
}

// setList sets a member, and leaves a missing one missing where the list is empty.
func setList(config *object, name string, list []string) error {
	if len(list) == 0 {
		if found, err := config.get(name, new(any)); !found || err != nil {
			return err
		}
		list = []string{}
	}
	return config.set(name, list)
}
