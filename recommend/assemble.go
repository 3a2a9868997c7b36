package recommend

import (
	"cmp"
	"slices"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/platform"
)

// assemble writes the best evaluation down as a plan.
func (q *question) assemble(evaluations []*evaluation) (*plan.Plan, error) {
	rank(evaluations)
	best, reason := q.winner(evaluations)
	best.chosen = best.loadOrder()
	p := &plan.Plan{
		Schema:   plan.Schema,
		Platform: best.describe(equals(best, evaluations), reason),
		Options:  plan.Options{Want: q.options.Want, Base: q.options.Base, Without: q.options.Without},
		Proof:    best.proof,
	}
	var err error
	if p.Report, err = q.report.Hash(); err != nil {
		return nil, err
	}
	if p.Catalogs, err = q.world.describe(); err != nil {
		return nil, err
	}
	p.Devices = best.devices()
	p.Modules = best.modules()
	p.Extensions = best.extensions(p.Modules)
	p.Firmware = best.firmware()
	p.Warnings = slices.Concat(notNil(q.world.warnings), best.warnings())
	p.Alternatives = alternatives(best, evaluations)
	p.Next = best.next()
	p.Steps = notNil(platform.Steps(p.Platform, q.report))
	p.ID, err = p.Hash()
	return p, err
}

// notNil makes a list that JSON writes as [] and not as null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// describe names the catalogues that the answer rests on.
func (w *world) describe() ([]plan.Catalog, error) {
	list := []plan.Catalog{}
	for i, c := range w.cats {
		sum, err := c.Hash()
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(known plan.Catalog) bool { return known.SHA256 == sum }) {
			list = append(list, plan.Catalog{Name: c.Name, Version: c.Version, Date: c.Date, SHA256: sum, Reference: i >= w.usable})
		}
	}
	return list, nil
}

func (e *evaluation) describe(equal []string, reason plan.Reason) plan.Platform {
	p := plan.Platform{
		ID: e.platform.ID, Loader: e.loader, Flavour: e.platform.Flavour,
		OSVersion: e.platform.OSVersion, Build: e.platform.Build, Kernel: e.kernel(),
		Equal:   equal,
		Reasons: append([]plan.Reason{reason}, e.judgement.Reasons...),
	}
	if len(e.platform.Models) > 0 {
		p.Model = e.platform.Models[0]
	}
	return p
}

// devices writes the findings down, with every candidate and its fate.
func (e *evaluation) devices() []plan.Device {
	list := make([]plan.Device, len(e.findings))
	for i := range e.findings {
		f := &e.findings[i]
		d := f.Device
		if f.candidates == nil && f.Verdict != plan.Inert {
			f.candidates = e.candidates(&e.question.subjects[i])
		}
		if d.Verdict == plan.ByModule {
			d.Why = "" // the module says it
		}
		if d.Verdict == plan.Missing && f.elsewhere {
			e.nameServers(&d, &e.question.subjects[i])
		}
		e.record(&d, f.candidates)
		list[i] = d
	}
	return list
}

// modules writes the chosen offers down in load order.
func (e *evaluation) modules() []plan.Module {
	boot := e.bootStage()
	list := []plan.Module{}
	for _, offer := range e.chosen {
		o, m := &e.offers[offer], e.module(offer)
		out := plan.Module{
			File: m.File, Name: m.Name, Extension: o.ext.ID, Args: o.kmod.Args,
			Stage: plan.StageLate, SHA256: m.SHA256, For: e.drivenBy(m.Name), RequiredBy: e.requiredBy(m.Name),
		}
		if boot[m.Name] {
			out.Stage = plan.StageBoot
		}
		if o.kmod.File < len(o.recipe.Files) {
			out.Archive = o.recipe.Files[o.kmod.File].URL
		}
		list = append(list, out)
	}
	return list
}

func (e *evaluation) drivenBy(name string) []string {
	ids := []string{}
	for i := range e.findings {
		if f := &e.findings[i]; f.Verdict == plan.ByModule && f.Module == name {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

func (e *evaluation) requiredBy(name string) []string {
	var names []string
	for _, offer := range e.chosen {
		if slices.Contains(e.needs[offer], name) {
			names = append(names, e.module(offer).Name)
		}
	}
	return names
}

// extensions writes down what the chosen modules are taken from, by id.
func (e *evaluation) extensions(modules []plan.Module) []plan.Extension {
	list := []plan.Extension{}
	for _, offer := range e.chosen {
		o := &e.offers[offer]
		if slices.ContainsFunc(list, func(x plan.Extension) bool { return x.ID == o.ext.ID }) {
			continue
		}
		x := plan.Extension{ID: o.ext.ID, IndexURL: o.ext.IndexURL, RecipeURL: o.recipe.URL, Scripts: o.recipe.Scripts, Why: []string{}}
		for _, f := range o.recipe.Files {
			x.Files = append(x.Files, plan.File{Name: f.Name, URL: f.URL, SHA256: f.SHA256, Packed: f.Packed})
		}
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b plan.Extension) int { return cmp.Compare(a.ID, b.ID) })
	for i := range list {
		explainExtension(&list[i], modules)
	}
	return list
}

// explainExtension fills in the devices that an extension is for, through the
// modules that need one of its modules too, and the extensions that it needs.
func explainExtension(x *plan.Extension, modules []plan.Module) {
	home, serves := map[string]string{}, map[string][]string{}
	for _, m := range modules {
		home[m.Name], serves[m.Name] = m.Extension, m.For
	}
	for i := len(modules) - 1; i >= 0; i-- { // dependents come after what they need
		m := modules[i]
		for _, dependent := range m.RequiredBy {
			serves[m.Name] = append(slices.Clip(serves[m.Name]), serves[dependent]...)
			if home[dependent] == x.ID && m.Extension != x.ID {
				x.Requires = append(x.Requires, m.Extension)
			}
		}
		if m.Extension == x.ID {
			x.Why = append(x.Why, serves[m.Name]...)
		}
	}
	slices.Sort(x.Why)
	x.Why = slices.Compact(x.Why)
	slices.Sort(x.Requires)
	x.Requires = slices.Compact(x.Requires)
}
