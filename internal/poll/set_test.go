package poll_test

import (
	"context"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/poll"
)

func TestASetMakesOnePollerForEachName(t *testing.T) {
	var s poll.Set[int]
	made := 0
	config := func() poll.Config[int] {
		made++
		return poll.Config[int]{Fetch: func(context.Context, string, []string) (map[string]int, bool, error) {
			return nil, true, nil
		}}
	}
	a, b := s.Get("a", config), s.Get("b", config)
	if a == b {
		t.Error("two names have one poller")
	}
	if again := s.Get("a", config); again != a {
		t.Error("a name has two pollers")
	}
	if made != 2 {
		t.Errorf("%d pollers were made, want 2", made)
	}
}
