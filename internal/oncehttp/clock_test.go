package oncehttp

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// dated is a service whose clock is off.
type dated time.Duration

func (d dated) RoundTrip(*http.Request) (*http.Response, error) {
	date := time.Now().Add(time.Duration(d)).UTC().Format(http.TimeFormat)
	return &http.Response{StatusCode: 400, Header: http.Header{"Date": {date}}, Body: http.NoBody}, nil
}

func TestTheLocalClockIsComparedWithTheAnswer(t *testing.T) {
	for of, want := range map[time.Duration]string{
		16 * time.Minute:  "the local clock is 16m0s behind the service's: set it",
		-20 * time.Minute: "the local clock is 20m0s ahead of the service's: set it",
		2 * time.Second:   "the local clock is right (2s from the service's)",
	} {
		synctest.Test(t, func(t *testing.T) {
			x := &Exchange{}
			if _, err := do(t, x, dated(of), "http://host"); err != nil {
				t.Fatal(err)
			}
			if got := x.Clock(); !got.Known || got.Ahead != -of {
				t.Errorf("the clock is %+v, want %v ahead", got, -of)
			}
			if got := x.Clock().Hint(); !strings.Contains(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if got := (&Exchange{}).Clock(); got.Known {
		t.Errorf("without an answer: got %+v", got)
	}
	if got := (Clock{}).Hint(); !strings.Contains(got, "compare the local clock") {
		t.Errorf("without a date: got %q", got)
	}
}
