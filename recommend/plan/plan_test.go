package plan_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// Anyone can check the id: leave the member out, canonicalise, hash.
func TestHashIsOfTheContentWithoutTheID(t *testing.T) {
	const head, tail = `{"schema":"modscout.plan/v1",`, `"report":"sha256:ab","future":[1]}`
	p, err := plan.Read(strings.NewReader(head + `"id":"sha256:cd",` + tail))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	written, err := jsondoc.Canonical(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, &content); err != nil {
		t.Fatal(err)
	}
	delete(content, "id")
	canonical, err := jsondoc.Canonical(content)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(canonical)
	if want := "sha256:" + hex.EncodeToString(sum[:]); got != want {
		t.Errorf("Hash() = %s, want %s", got, want)
	}
}

func TestReadWantsAKnownStage(t *testing.T) {
	for stage, ok := range map[string]bool{plan.StageBoot: true, plan.StageLate: true, "early": false, "": false} {
		_, err := plan.Read(strings.NewReader(`{"schema":"modscout.plan/v1","modules":[{"file":"igc.ko","stage":"` + stage + `"}]}`))
		if ok != (err == nil) {
			t.Errorf("stage %q: %v", stage, err)
		}
	}
}
