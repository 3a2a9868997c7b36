package packer

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/plan"
)

// listPlan is a plan for Debian's kernel with both stages, arguments, and two
// modules that claim one card.
func listPlan(t testing.TB) *plan.Plan {
	t.Helper()
	module := func(name, stage, args string) plan.Module {
		return plan.Module{File: strings.ReplaceAll(name, "i2c_algo_bit", "i2c-algo-bit") + ".ko", Name: name, Stage: stage, Args: args}
	}
	p := &plan.Plan{
		Schema:   plan.Schema,
		Platform: plan.Platform{ID: "linux:6.1.0-1-amd64", Loader: "linux", Kernel: "6.1.0-1-amd64"},
		Modules: []plan.Module{
			module("dca", plan.StageBoot, ""), module("i2c_algo_bit", plan.StageBoot, ""), module("igb", plan.StageBoot, "IntMode=1 max_vfs=2"),
			module("libphy", plan.StageBoot, ""), module("mdio_devres", plan.StageBoot, ""), module("r8169", plan.StageBoot, ""),
			module("e1000e", plan.StageLate, ""),
		},
		Devices: []plan.Device{{ID: "pci:0000:02:00.0", Verdict: plan.ByModule, Certainty: plan.Known, Module: "r8169", Candidates: []plan.Candidate{
			{Module: "r8169", Chosen: true, Why: "in the kernel's own tree"}, {Module: "r8168"}}}},
		Firmware: []plan.Firmware{{Module: "r8169", File: "rtl_nic/rtl8168h-2.fw", Package: "firmware-realtek"}},
	}
	seal(t, p)
	return p
}

var listPackers = []string{"dracut", "initramfs-tools", "mkinitcpio", "modules-load"}

func TestLists(t *testing.T) {
	for _, name := range listPackers {
		t.Run(name, func(t *testing.T) {
			files, warnings := pack(t, name, listPlan(t), Options{UserConfig: []byte("# mine\nvirtio_net")})
			if diff := cmp.Diff([]string{"module-blacklisted"}, codes(warnings)); diff != "" {
				t.Errorf("warnings mismatch (-want +got):\n%s", diff)
			}
			var all []string
			for file, text := range files {
				all = append(all, "== "+file+"\n"+text)
			}
			slices.Sort(all)
			golden(t, "list/"+name+".txt", strings.Join(all, "\n"))
		})
	}
}

func TestListsRefuse(t *testing.T) {
	for what, change := range map[string]func(*plan.Plan){
		"module name":           func(p *plan.Plan) { p.Modules[0].Name = "a b" },
		"arguments of igb.ko":   func(p *plan.Plan) { p.Modules[2].Args = "a=1\nblacklist ext4" },
		"kernel release":        func(p *plan.Plan) { p.Platform.Kernel = "6.1; reboot" },
		"module name \"x;y\"":   func(p *plan.Plan) { p.Devices[0].Candidates[1].Module = "x;y" },
		"module name \"\\n\"":   func(p *plan.Plan) { p.Devices[0].Module = "\n" },
		"plan id \"\\nreboot\"": func(p *plan.Plan) { p.ID = "\nreboot" },
	} {
		p := listPlan(t)
		change(p)
		for _, name := range listPackers {
			if _, err := Pack(name, p, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s with a hostile %s: error %v", name, what, err)
			}
		}
	}
	_, err := Pack("initramfs-tools", listPlan(t), t.TempDir(), Options{UserConfig: []byte("a\n" + partBegin + "b\n")})
	if err == nil || !strings.Contains(err.Error(), "# modscout end") {
		t.Errorf("half of our part in the file: error %v", err)
	}
}

// A second run replaces our part and leaves the rest.
func TestModulesFileAgain(t *testing.T) {
	first, _ := pack(t, "initramfs-tools", listPlan(t), Options{UserConfig: []byte("# mine\nvirtio_net\n")})
	again, _ := pack(t, "initramfs-tools", listPlan(t), Options{UserConfig: []byte(first["modules"] + "more\n")})
	if diff := cmp.Diff(first["modules"]+"more\n", again["modules"]); diff != "" {
		t.Errorf("a second run changes it (-first +second):\n%s", diff)
	}
}

// smallTree makes a tree of Debian's kernel with the plan's modules only, and
// depmod's files. It returns its root, with which modprobe -d works.
func smallTree(t *testing.T, p *plan.Plan) (root, dir string) {
	t.Helper()
	kernel := kotest.Debian(t, "linux-image-amd64")
	p.Platform.Kernel = kernel.Release
	seal(t, p)
	root = t.TempDir()
	dir = filepath.Join(root, "lib", "modules", kernel.Release)
	for _, inside := range modulesBelow(t, kernel.Modules, ".") {
		if !means(p, inside) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(kernel.Modules, inside))
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, inside), string(data))
	}
	command(t, nil, kotest.Tool(t, "depmod", "kmod"), "-b", root, kernel.Release)
	return root, dir
}

// command runs a program with more environment and returns its output.
func command(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// TestOracleDracut lets the real dracut read our file and build an initramfs.
func TestOracleDracut(t *testing.T) {
	p := listPlan(t)
	_, dir := smallTree(t, p)
	unpacked := kotest.Unpacked(t, "dracut-core")
	cpio := kotest.Tool(t, "cpio", "cpio")
	base := filepath.Join(unpacked, "usr", "lib", "dracut")
	files, _ := pack(t, "dracut", p, Options{})
	conf, temp, image := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "initrd")
	put(t, filepath.Join(conf, "modscout.conf"), files["dracut.conf"])
	command(t, []string{"dracutbasedir=" + base, "DRACUT_INSTALL=" + filepath.Join(base, "dracut-install")},
		"bash", filepath.Join(unpacked, "usr", "bin", "dracut"), "--conf", "/dev/null", "--confdir", conf, "--kmoddir", dir, "--tmpdir", temp,
		"--modules", "kernel-modules", "--no-hostonly", "--no-compress", "--no-early-microcode", "--force", image, p.Platform.Kernel)
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range strings.Lines(pipe(t, string(data), cpio, "--quiet", "-it")) {
		if name = strings.TrimSpace(name); strings.HasSuffix(name, ".ko") {
			got = append(got, filepath.Base(name))
		}
	}
	slices.Sort(got)
	want := []string{"dca.ko", "i2c-algo-bit.ko", "igb.ko", "libphy.ko", "mdio_devres.ko", "r8169.ko"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("modules of dracut's initramfs mismatch (-want +got):\n%s", diff)
	}
	forced := pipe(t, string(data), cpio, "--quiet", "-i", "--to-stdout", "etc/cmdline.d/20-force_drivers.conf")
	if forced != "rd.driver.pre=r8169\n" {
		t.Errorf("dracut forces %q, want r8169", forced)
	}
}

// TestOracleInitramfsTools lets the real functions of mkinitramfs read our file.
func TestOracleInitramfsTools(t *testing.T) {
	p := listPlan(t)
	root, dir := smallTree(t, p)
	functions := filepath.Join(kotest.Unpacked(t, "initramfs-tools-core"), "usr", "share", "initramfs-tools", "hook-functions")
	files, _ := pack(t, "initramfs-tools", p, Options{})
	list, dest := filepath.Join(t.TempDir(), "modules"), t.TempDir()
	put(t, list, files["modules"])
	put(t, filepath.Join(dest, "conf", "modules"), "")
	command(t, []string{"MODPROBE_OPTIONS=-d " + root, "DESTDIR=" + dest, "MODULESDIR=" + dir, "CONFDIR=" + dest, "version=" + p.Platform.Kernel, "LIST=" + list, "FUNCTIONS=" + functions},
		"sh", "-e", "-c", `. "$FUNCTIONS"; add_modules_from_file "$LIST"`)
	loads, err := os.ReadFile(filepath.Join(dest, "conf", "modules"))
	if err != nil {
		t.Fatal(err)
	}
	want := "dca \ni2c_algo_bit \nigb IntMode=1 max_vfs=2\nlibphy \nmdio_devres \nr8169 \n"
	if diff := cmp.Diff(want, string(loads)); diff != "" {
		t.Errorf("the initramfs would load (-want +got):\n%s", diff)
	}
	copied, _ := filepath.Glob(filepath.Join(dest, dir, "kernel", "drivers", "net", "ethernet", "*", "*", "igb.ko"))
	if len(copied) != 1 {
		t.Errorf("igb.ko is %d times in the initramfs, want once", len(copied))
	}
}

// TestOracleBash lets bash read mkinitcpio's file, as mkinitcpio does (it is
// not in Debian).
func TestOracleBash(t *testing.T) {
	files, _ := pack(t, "mkinitcpio", listPlan(t), Options{})
	conf := filepath.Join(t.TempDir(), "modscout.conf")
	put(t, conf, files["mkinitcpio.conf"])
	got := command(t, []string{"CONF=" + conf}, kotest.Tool(t, "bash", "bash"), "-euc", `MODULES=(ext4); . "$CONF"; echo "${MODULES[@]}"`)
	if want := "ext4 dca i2c_algo_bit igb libphy mdio_devres r8169\n"; got != want {
		t.Errorf("MODULES = %q, want %q", got, want)
	}
}

// TestOracleModprobe lets the real modprobe read our configuration and list.
func TestOracleModprobe(t *testing.T) {
	p := listPlan(t)
	root, _ := smallTree(t, p)
	modprobe := kotest.Tool(t, "modprobe", "kmod")
	files, _ := pack(t, "modules-load", p, Options{})
	conf := t.TempDir()
	put(t, filepath.Join(conf, "modscout.conf"), files["modprobe.conf"])
	shown := command(t, nil, modprobe, "-C", conf, "-d", root, "-S", p.Platform.Kernel, "--showconfig")
	for _, want := range []string{"options igb IntMode=1 max_vfs=2\n", "blacklist r8168\n"} {
		if !strings.Contains(shown, want) {
			t.Errorf("modprobe does not know %q", want)
		}
	}
	var list []string
	for line := range strings.Lines(files["modules-load.conf"]) {
		if !strings.HasPrefix(line, "#") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	loads := command(t, nil, modprobe, append([]string{"-C", conf, "-d", root, "-S", p.Platform.Kernel, "-D", "-a"}, list...)...)
	if got := strings.Count(loads, "insmod "); got < len(p.Modules) || !strings.Contains(loads, "igb.ko IntMode=1 max_vfs=2") {
		t.Errorf("modprobe would load:\n%s", loads)
	}
}
