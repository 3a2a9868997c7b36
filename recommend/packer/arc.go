package packer

import "github.com/modscout/modscout/recommend/plan"

// arc makes what AuxXxilium/arc takes. What the keys mean was read in
// AuxXxilium/arc@6b8b260, files/initrd/opt/arc: init.sh, arc-functions.sh,
// boot.sh, include/modules.sh. The kernel's release is not among them: ARC
// looks it up. ARC's packs are named like RR's, so it takes a plan for RR too.
func arc(in Input) ([]File, []plan.Warning, error) {
	files, warnings, err := menuLoader{
		title:      "ARC",
		plans:      []string{"arc", "rr"},
		everything: "ARC > Modules > Show/Select Modules > Select all",
		blacklist:  "ARC > Modules > Blacklist Modules to prevent loading in DSM",
		chosen:     arcChosen,
		forget:     arcForget,
		bar:        modblacklist,
		odp:        true,
	}.pack(in)
	if err == nil && in.Plan.Platform.Loader != "arc" {
		warnings = append(warnings, plan.Warning{
			Code: "pack-of-another-loader",
			Text: "the plan rests on RR's pack " + in.Plan.Platform.ID + "; ARC's own may have other modules",
			Hint: "make a catalogue of ARC's: modscout catalog build /mnt/p3/modules -o arc.json.zst",
		})
	}
	return files, warnings, err
}

func arcChosen(p plan.Platform) []setting {
	if p.Model == "" || p.OSVersion == "" || p.Flavour == "" {
		return nil
	}
	return []setting{
		{key: "platform", value: p.Flavour},
		{key: "model", value: p.Model},
		{key: "productver", value: p.OSVersion},
	}
}

// arcForget also takes back that ARC was configured and built, so that it asks.
func arcForget(old *yamlFile) ([]setting, error) {
	settings, err := forgetKeys("dsmfullver", "buildnum", "smallnum", "paturl", "pathash")(old)
	if err != nil || !old.has("arc") {
		return settings, err
	}
	state, err := old.below("arc", setting{key: "confdone", value: "false"}, setting{key: "builddone", value: "false"})
	return append(settings, state), err
}
