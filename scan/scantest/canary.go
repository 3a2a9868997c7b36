package scantest

import (
	"strings"
	"testing"
)

// Secrets are values that tell one machine, or its user, from all others, by
// the name that stands for them in a test's input, such as {SERIAL}. None of
// them may be in an output.
var Secrets = map[string]string{
	"SERIAL":    "SN7731CANARY",
	"DISK":      "S4EWNX0CANARY",
	"UUID":      "7d1f2c64-5b0e-4c3a-9e1d-0ca4a47ec0de",
	"MAC":       "02:ca:4a:47:0e:01",
	"EUI64":     "02-ca-4a-ff-fe-47-0e-01",
	"WWN":       "5000ca4a470e0123",
	"HOST":      "canary-host",
	"USER":      "canary-user",
	"MACHINEID": "0ca4a470e1234567890abcdef0123456",
	"KEY":       "CANRY-N3W8T-PRODK-EY123-45678",
	"ONEWIRE":   "28-0ca4a470e012",
}

// Plant puts the secrets where a text names them: {MAC}, and {MACNAME} for the
// digits alone, as network ports are named.
func Plant(text string) string {
	var pairs []string
	for name, value := range Secrets {
		pairs = append(pairs, "{"+name+"}", value, "{"+name+"NAME}", bare(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// WantNoSecret fails the test where output holds a secret, in upper or lower
// case, with whatever separators between its digits.
func WantNoSecret(t testing.TB, what string, output []byte) {
	t.Helper()
	plain := bare(string(output))
	for name, value := range Secrets {
		if at := strings.Index(plain, bare(value)); at >= 0 {
			t.Errorf("%s holds the %s %s: …%s…", what, name, value, plain[max(0, at-60):min(len(plain), at+60)])
		}
	}
}

// bare lowers the case and leaves out what stands between digits.
func bare(text string) string {
	return strings.NewReplacer(":", "", "-", "", ".", "", " ", "", "_", "").Replace(strings.ToLower(text))
}
