package packer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

func keepAll(string) bool { return true }

func TestMergeUserConfig(t *testing.T) {
	tests := []struct {
		name, old, want string
		extensions      []string
	}{
		{"new", ``, `{"extra_cmdline":{},"extensions":["a"]}`, []string{"a"}},
		{"unknown members stay in order", `{"z":1,"extensions":["b","a"],"extra_cmdline":{"sn":"1"},"general":{"model":"X"}}`,
			`{"z":1,"extensions":["a","b"],"extra_cmdline":{"sn":"1"},"general":{"model":"X"}}`, []string{"a"}},
		{"no list where there was none", `{"extra_cmdline":{}}`, `{"extra_cmdline":{}}`, nil},
		{"a byte order mark goes", "\ufeff{\"mine\":1}\r\n", `{"mine":1,"extra_cmdline":{}}`, nil},
		{"numbers stay as they are written", `{"extra_cmdline":{"n":1e400,"m":1.10}}`, `{"extra_cmdline":{"n":1e400,"m":1.10}}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mergeUserConfig([]byte(test.old), test.extensions, keepAll)
			if err != nil {
				t.Fatal(err)
			}
			value := jsontext.Value(got)
			value.Compact()
			if diff := cmp.Diff(test.want, string(value)); diff != "" {
				t.Errorf("mergeUserConfig() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeUserConfigErrors(t *testing.T) {
	tests := map[string]string{
		`{"extensions":[],"extensions":[]}`: "duplicate",
		`[]`:                                "not an object",
		`{"extra_cmdline":[]}`:              "extra_cmdline must be an object",
		`{"extra_cmdline":null}`:            "extra_cmdline must be an object",
		`{"extensions":{"a":1}}`:            "extensions",
		`{"extensions":["a"`:                "unexpected EOF",
		"\xff":                              "invalid",
		"// mine\n{}":                       "invalid character '/'",
	}
	for old, want := range tests {
		_, err := mergeUserConfig([]byte(old), []string{"a"}, keepAll)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "user_config.json: ") {
			t.Errorf("mergeUserConfig(%s) = %v, want an error with %q", old, err, want)
		}
	}
}

// FuzzMergeUserConfig: what is merged can be merged again without a change, and
// members that we do not know survive.
func FuzzMergeUserConfig(f *testing.F) {
	f.Add([]byte(`{"extra_cmdline":{"sn":"A","mac1":"0011"},"synoinfo":{},"extensions":["thethorgroup.virtio"],"ramdisk_copy":{}}`))
	f.Add([]byte(`{"general":{"model":"DS918+","version":"7.0.1-42218"},"extra_cmdline":{}}`))
	f.Add([]byte(`{"a":{"a":1},"":[null,1e9999]}`))
	f.Add([]byte(`{"extensions":null}`))
	f.Add([]byte(" "))
	f.Fuzz(func(t *testing.T, old []byte) {
		once, err := mergeUserConfig(old, []string{synthesised}, keepAll)
		if err != nil {
			return
		}
		twice, err := mergeUserConfig(once, []string{synthesised}, keepAll)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("a second merge gives %s (error %v), the first gave %s", twice, err, once)
		}
		var before, after object
		if len(bytes.TrimSpace(old)) > 0 {
			json.Unmarshal(old, &before)
		}
		if err := json.Unmarshal(once, &after); err != nil {
			t.Fatal(err)
		}
		for _, m := range before {
			var kept jsontext.Value
			found, err := after.get(m.name, &kept)
			if !found || err != nil {
				t.Fatalf("%q was lost (error %v)", m.name, err)
			}
			m.value.Canonicalize()
			kept.Canonicalize()
			if m.name != "extensions" && !bytes.Equal(kept, m.value) {
				t.Fatalf("%q was %s and is %s", m.name, m.value, kept)
			}
		}
	})
}
