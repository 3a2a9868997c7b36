package packer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/plan"
)

// extra returns the members of an archive like Jun's extra.lzma, with modules of
// Debian's kernel, and a plan that needs three of them.
func extra(t *testing.T) (members []pileMember, p *plan.Plan) {
	t.Helper()
	p = listPlan(t)
	_, dir := smallTree(t, p)
	members = []pileMember{
		{Entry: archive.Entry{Name: "etc", Dir: true, Mode: 0o755}},
		{Entry: archive.Entry{Name: "etc/rc.modules", Regular: true, Mode: 0o755}, data: []byte("# Jun\nEXTRA_MODULES=\"button libphy igb r8169 mdio_devres e1000e\"\nDISK_MODULES=\"dca\"\nEXTRA_FIRMWARES=\"a.fw\"\n")},
		{Entry: archive.Entry{Name: "usr/lib/firmware/a.fw", Regular: true, Mode: 0o644}, data: []byte("firmware")},
		{Entry: archive.Entry{Name: "usr/sbin/modprobe", Link: "kmod"}},
	}
	for _, where := range modulesBelow(t, dir, ".") {
		data, err := os.ReadFile(filepath.Join(dir, where))
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, pileMember{Entry: archive.Entry{Name: "usr/lib/modules/" + filepath.Base(where), Regular: true, Mode: 0o600}, data: data})
	}
	p.Modules = p.Modules[:3] // dca, i2c_algo_bit, igb
	p.Modules[0].RequiredBy, p.Modules[1].RequiredBy = []string{"igb"}, []string{"igb"}
	p.Devices, p.Firmware = nil, nil
	seal(t, p)
	return members, p
}

// written makes the archive.
func written(t *testing.T, form pileForm, members []pileMember) string {
	t.Helper()
	data, err := form.write(members)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "extra.lzma")
	put(t, file, string(data))
	return file
}

func TestSmallArchive(t *testing.T) {
	members, p := extra(t)
	for _, form := range []pileForm{{"cpio", "lzma"}, {"cpio", ""}, {"cpio", "xz"}, {"cpio", "zstd"}, {"tar", "gzip"}, {"tar", ""}} {
		t.Run(form.container+form.compression, func(t *testing.T) {
			pile, err := OpenPile(written(t, form, members), p)
			if err != nil {
				t.Fatal(err)
			}
			if pile.form != form {
				t.Errorf("form %v, want %v", pile.form, form)
			}
			files, warnings := pack(t, "archive", p, Options{From: pile})
			if diff := cmp.Diff([]string{"modules-not-in-list"}, codes(warnings)); diff != "" {
				t.Errorf("warnings mismatch (-want +got):\n%s", diff)
			}
			golden(t, "small/README.txt", strings.ReplaceAll(strings.ReplaceAll(files["README.txt"], p.ID, "ID"), p.Platform.Kernel, "RELEASE"))
			again := filepath.Join(t.TempDir(), "extra.lzma")
			put(t, again, files["extra.lzma"])
			small, err := OpenPile(again, p)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range small.members {
				got = append(got, m.Mode.String()+" "+m.Name+" "+m.Link)
				if m.Name == "etc/rc.modules" {
					golden(t, "small/rc.modules", string(m.data))
				}
			}
			golden(t, "small/entries.txt", strings.Join(got, "\n")+"\n")
			if small.form != form {
				t.Errorf("the small archive is %v, want %v", small.form, form)
			}
			if twice, _ := pack(t, "archive", p, Options{From: small}); twice["extra.lzma"] != files["extra.lzma"] {
				t.Error("made smaller once more, the archive changes")
			}
		})
	}
}

func TestSmallArchiveRefuses(t *testing.T) {
	members, p := extra(t)
	pile, err := OpenPile(written(t, pileForm{"cpio", "lzma"}, members), p)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*plan.Plan, *Options){
		"no archive to make smaller": func(p *plan.Plan, o *Options) { o.From = nil },
		"needs no module":            func(p *plan.Plan, o *Options) { p.Modules = nil },
		"sha256 is":                  func(p *plan.Plan, o *Options) { p.Modules[0].SHA256 = sum(nil) },
		"does not hold it":           func(p *plan.Plan, o *Options) { p.Modules[0].File = "tg3.ko" },
	} {
		changed, opts := *p, Options{From: pile}
		changed.Modules = append([]plan.Module{}, p.Modules...)
		change(&changed, &opts)
		if _, err := Pack("archive", &changed, t.TempDir(), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Pack() = %v, want an error with %q", err, want)
		}
	}
	for name, data := range map[string]string{"text": "no archive", "empty": "", "cut": "070701"} {
		bad := filepath.Join(t.TempDir(), name)
		put(t, bad, data)
		if _, err := OpenPile(bad, p); err == nil {
			t.Errorf("OpenPile(%s) succeeded", name)
		}
	}
}

// A stranger's archive must not make us write what it is not.
func TestDeviceNodesAreLeftOut(t *testing.T) {
	image, err := newc([]layerEntry{{"dev/null", cpio.FileMode(0o020000 | 0o666), nil}, {"a", cpio.TypeReg | 0o644, []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.cpio")
	put(t, file, string(image))
	pile, err := OpenPile(file, listPlan(t))
	if err != nil {
		t.Fatal(err)
	}
	members, _, warnings := pile.cut(listPlan(t), nil)
	if len(members) != 1 || len(warnings) != 1 || warnings[0].Code != "member-left-out" {
		t.Errorf("members %v, warnings %v", members, warnings)
	}
}

func TestCutRC(t *testing.T) {
	p := &plan.Plan{Modules: []plan.Module{{File: "mii.ko"}, {File: "update/snd-hda-intel.ko"}, {File: "igb.ko"}}}
	gone := map[string]bool{"tg3": true, "mii": true}
	tests := []struct{ text, want string }{
		{"EXTRA_MODULES=\"igb.ko tg3.ko mii.ko\"\n", "EXTRA_MODULES=\"mii.ko snd-hda-intel.ko igb.ko\"\n"},
		{"A_MODULES=\"usb igb\"\nDISK_MODULES=\"tg3 snd_hda_intel\"", "A_MODULES=\"usb mii igb\"\nDISK_MODULES=\"snd-hda-intel\""},
		{"echo MODULES\n", "echo MODULES\n"},
		{"", ""},
	}
	for _, test := range tests {
		if got, _ := cutRC(test.text, gone, p); got != test.want {
			t.Errorf("cutRC(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
