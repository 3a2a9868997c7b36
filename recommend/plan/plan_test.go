package plan_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

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
	p.ID = ""
	canonical, err := jsondoc.Canonical(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(canonical), `"id":`) {
		t.Errorf("the canonical content has an id: %s", canonical)
	}
	sum := sha256.Sum256(canonical)
	if want := "sha256:" + hex.EncodeToString(sum[:]); got != want {
		t.Errorf("Hash() = %s, want %s", got, want)
	}
}
