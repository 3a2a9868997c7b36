package packer

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
)

// arplPlan is rrPlan on a platform of ARPL, whose packs name no OS version.
func arplPlan(t testing.TB) *plan.Plan {
	p := rrPlan(t)
	p.Platform = plan.Platform{ID: "arpl:geminilake-4.4.180", Loader: "arpl", Flavour: "geminilake", Model: "DS920+", Build: "42962", Kernel: "4.4.180+"}
	p.Steps = nil
	seal(t, p)
	return p
}

// arcPlan is rrPlan with a pack of ARC's own.
func arcPlan(t testing.TB) *plan.Plan {
	p := rrPlan(t)
	p.Platform.ID, p.Platform.Loader, p.Steps = "arc:geminilakenk-7.2", "arc", nil
	seal(t, p)
	return p
}

const arcUserConfig = `addons:
  acpid: ""
arc:
  confdone: "true"
  # mine
  offline: "false"
  builddone: "true"
model: "SA6400"
productver: "7.3"
paturl: "https://example.org/SA6400.pat"
pathash: "abc"
unknown: [1, 2]
`

const arplUserConfig = `model: DS918+
build: 42218
sn: "2020ABC"
cmdline:
    netif_num: "1"
    # my card
    mac1: "001132AAAAAA"
synoinfo:
  maxdisks: "24"
modules:
  e1000e: ""
  r8125: ""
`

func TestMenuLoaders(t *testing.T) {
	tests := []struct {
		loader, name, config string
		plan                 *plan.Plan
		minimal              bool
		codes                []string
	}{
		{"arc", "moved", arcUserConfig, arcPlan(t), false, []string{"model-changed", "modules-not-listed"}},
		{"arc", "of-rr", "", rrPlan(t), false, []string{"modules-not-listed", "pack-of-another-loader"}},
		{"arc", "minimal", arcUserConfig, arcPlan(t), true, []string{"model-changed", "minimal-pack"}},
		{"arpl", "moved", arplUserConfig, arplPlan(t), false, []string{"model-changed", "modules-not-listed"}},
		{"arpl", "minimal", "", arplPlan(t), true, []string{"own-modules-deleted", "minimal-pack"}},
	}
	for _, test := range tests {
		t.Run(test.loader+"/"+test.name, func(t *testing.T) {
			opts := Options{UserConfig: []byte(test.config), Minimal: test.minimal}
			files, warnings := pack(t, test.loader, test.plan, opts)
			golden(t, test.loader+"/"+test.name+".yml", files["user-config.yml"])
			golden(t, test.loader+"/"+test.name+".txt", files["README.txt"])
			if diff := cmp.Diff(test.codes, codes(warnings)); diff != "" {
				t.Errorf("warnings mismatch (-want +got):\n%s", diff)
			}
			opts.UserConfig = []byte(files["user-config.yml"])
			again, _ := pack(t, test.loader, test.plan, opts)
			if diff := cmp.Diff(files["user-config.yml"], again["user-config.yml"]); diff != "" {
				t.Errorf("a second run changes it (-first +second):\n%s", diff)
			}
		})
	}
}

// RR's and ARC's own kernels have other packs.
func TestOwnKernel(t *testing.T) {
	for kernel, want := range map[string]bool{"custom": true, "official": false, "": false} {
		config := "model: \"DS425+\"\nproductver: \"7.2\"\nkernel: \"" + kernel + "\"\n"
		_, warnings := pack(t, "rr", rrPlan(t), Options{UserConfig: []byte(config)})
		if got := slices.Contains(codes(warnings), "kernel-not-official"); got != want {
			t.Errorf("kernel %q: warned %v, want %v", kernel, got, want)
		}
	}
}

// A model that ARPL has no configuration for is named, with those that it has.
func TestARPLModels(t *testing.T) {
	p := arplPlan(t)
	p.Platform.Model = "DS1019+"
	seal(t, p)
	_, warnings := pack(t, "arpl", p, Options{})
	last := warnings[len(warnings)-1]
	if last.Code != "model-unknown-to-loader" || !strings.Contains(last.Hint, "DS920+, DS1520+, DVA1622") {
		t.Errorf("warnings = %v, want one that names geminilake's models", warnings)
	}
}

func TestNestedRefuses(t *testing.T) {
	for config, want := range map[string]string{
		"cmdline: {a: b}\n":                 "cmdline: not a mapping",
		"cmdline:\n  - a\n":                 "cmdline: not a mapping",
		"cmdline:\n  a: &x b\nother: *x\n":  "holds an anchor",
		"cmdline:\n   a: b\n   c:\n    d\n": "",
	} {
		_, err := Pack("arpl", arplPlan(t), t.TempDir(), Options{UserConfig: []byte(config)})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Pack(%q) = %v, want %q in the error", config, err, want)
		}
	}
}

// TestBuildRequest: RR's workflow takes the list of modules as it is, so a
// module that lost is left out of it.
func TestBuildRequest(t *testing.T) {
	files, warnings := pack(t, "rr", rrPlan(t), Options{Minimal: true})
	golden(t, "rr/minimal.json", files["build-request.json"])
	if diff := cmp.Diff([]string{"minimal-pack", "request-deletes-modules"}, codes(warnings)); diff != "" {
		t.Errorf("warnings mismatch (-want +got):\n%s", diff)
	}
	winners := rrPlan(t)
	winners.Devices = nil
	seal(t, winners)
	files, _ = pack(t, "rr", winners, Options{})
	if !strings.Contains(files["build-request.json"], `"modules": ""`) {
		t.Errorf("where nothing lost the pack is not left whole:\n%s", files["build-request.json"])
	}
}
