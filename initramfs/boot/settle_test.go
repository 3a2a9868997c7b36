package boot

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modscout/modscout/scan"
)

// arrivals are when devices come, counted from the start.
type arrivals struct {
	began time.Time
	at    []time.Duration
	err   error // of the socket
}

// Quiet waits as the real one does: for the next device, or so long.
func (a *arrivals) Quiet(wait time.Duration) (bool, error) {
	if a.err != nil {
		return false, a.err
	}
	if len(a.at) == 0 || time.Until(a.began.Add(a.at[0])) > wait {
		time.Sleep(wait)
		return true, nil
	}
	time.Sleep(time.Until(a.began.Add(a.at[0])))
	a.at = a.at[1:]
	return false, nil
}

func TestSettle(t *testing.T) {
	const ms = time.Millisecond
	broken := errors.New("broken")
	var ceaseless []time.Duration
	for at := time.Duration(0); at < time.Minute; at += 300 * ms {
		ceaseless = append(ceaseless, at)
	}
	tests := []struct {
		name    string
		look    time.Duration // that a look takes
		arrive  []time.Duration
		err     error
		settled bool
		looks   int
		took    time.Duration
	}{
		{"nothing comes", 300 * ms, nil, nil, true, 1, scan.QuietFor},
		{"a look is longer than the wait", 5 * time.Second, nil, nil, true, 1, lull + 5*time.Second + ms},
		{"before the first look", 300 * ms, []time.Duration{0, 50 * ms, 90 * ms}, nil, true, 1, 90*ms + scan.QuietFor},
		{"during a look", 300 * ms, []time.Duration{200 * ms}, nil, true, 2, 400*ms + scan.QuietFor},
		{"behind a look", 300 * ms, []time.Duration{700 * ms}, nil, true, 2, 700*ms + scan.QuietFor},
		{"ceaseless", 300 * ms, ceaseless, nil, false, 23, 10300 * ms},
		{"no messages", 300 * ms, nil, broken, false, 1, 300 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, looks := time.Now(), 0
				settled, err := settle(t.Context(), &arrivals{began, tt.arrive, tt.err}, func() {
					looks++
					time.Sleep(tt.look)
				})
				if settled != tt.settled || !errors.Is(err, tt.err) || looks != tt.looks || time.Since(began) != tt.took {
					t.Errorf("settle() = %v, %v after %d looks and %v, want %v, %v, %d, %v",
						settled, err, looks, time.Since(began), tt.settled, tt.err, tt.looks, tt.took)
				}
			})
		})
	}
}
