package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/catalog/embedded"
	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/report"
)

// growthOfAnswers compares answers for many devices and many platforms of the
// embedded catalogue with ten answers for a tenth of them. It keeps that
// catalogue in memory, so it comes last.
func (b *bench) growthOfAnswers() ([]row, error) {
	pairs, err := depmodAliases(filepath.Join(b.first.modules, "modules.alias"))
	if err != nil {
		return nil, err
	}
	cat, err := embedded.Default()
	if err != nil {
		return nil, err
	}
	few, err := asker(cat, cards(pairs, 100))
	if err != nil {
		return nil, err
	}
	many, err := asker(cat, cards(pairs, 1000))
	if err != nil {
		return nil, err
	}
	tenth := *few
	for i := 0; i < len(cat.Platforms); i += 10 {
		tenth.platforms = append(tenth.platforms, cat.Platforms[i].ID)
	}
	factor := float64(len(cat.Platforms)) / float64(len(tenth.platforms))
	return []row{
		{work: "recommend, 1,000 devices", beside: "10 times 100", goal: 1, ours: many.ask, peer: times(10, few.ask), equal: many.answered},
		{work: fmt.Sprintf("recommend, %d platforms", len(cat.Platforms)), beside: fmt.Sprintf("%.1f times %d of them", factor, len(tenth.platforms)),
			goal: 1, ours: few.ask, peer: times(factor, tenth.ask), equal: func() (string, error) { return tenth.same(few) }},
	}, nil
}

// question is a machine and the platforms that are asked about, nil for all.
type question struct {
	report    *report.Report
	cats      []*catalog.Catalog
	platforms []string
}

func asker(cat *catalog.Catalog, keys []string) (*question, error) {
	rep, err := foreign.Import([]foreign.Input{{Name: "keys", Data: []byte(strings.Join(keys, "\n"))}}, foreign.Options{})
	return &question{report: rep, cats: []*catalog.Catalog{cat}}, err
}

func (q *question) ask() (sample, error) {
	return own(3, func() error {
		_, err := recommend.Recommend(q.report, q.cats, recommend.Options{Platforms: q.platforms})
		return err
	})
}

// answered wants a proven plan with a verdict on each device.
func (q *question) answered() (string, error) {
	p, err := recommend.Recommend(q.report, q.cats, recommend.Options{Platforms: q.platforms})
	if err != nil {
		return "", err
	}
	for _, d := range p.Devices {
		if d.Verdict == "" {
			return "", fmt.Errorf("no verdict on %s", d.ID)
		}
	}
	if len(p.Devices) != len(q.report.Devices) || !p.Proof.Optimal {
		return "", fmt.Errorf("%d devices in the plan, %d in the report; proven: %v", len(p.Devices), len(q.report.Devices), p.Proof.Optimal)
	}
	return fmt.Sprintf("%d verdicts, %d modules, proven", len(p.Devices), len(p.Modules)), nil
}

// same wants the same plan for each platform, whichever others are asked about.
func (q *question) same(other *question) (string, error) {
	plans, err := recommend.Each(q.report, q.cats, recommend.Options{Platforms: q.platforms})
	if err != nil {
		return "", err
	}
	all, err := recommend.Each(other.report, other.cats, recommend.Options{Platforms: other.platforms})
	if err != nil {
		return "", err
	}
	ids := map[string]string{}
	for _, p := range all {
		ids[p.Platform.ID] = p.ID
	}
	for _, p := range plans {
		if ids[p.Platform.ID] != p.ID {
			return "", fmt.Errorf("two answers for %s", p.Platform.ID)
		}
	}
	return fmt.Sprintf("the plans of all %d", len(plans)), nil
}
