package cloudsim

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// outcomes returns one character for each of n List calls: a dot for a success, an x
// for a refusal.
func outcomes(t *testing.T, s *Sim, n int) string {
	t.Helper()
	var b strings.Builder
	for range n {
		if strings.Contains(askFake(t, s, "action=List"), "refused") {
			b.WriteByte('x')
		} else {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func TestFaultHitsTheCallsOfSkipAndTimes(t *testing.T) {
	tests := []struct {
		name        string
		skip, times int
		want        string
	}{
		{"all", 0, 0, "xxxxxx"},
		{"the first two", 0, 2, "xx...."},
		{"all but the first two", 2, 0, "..xxxx"},
		{"the third", 2, 1, "..x..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := fakeSim(nil)
			s.Inject(Fault{Cloud: QingCloud, API: "List", Kind: Throttle, Skip: tt.skip, Times: tt.times})
			if got := outcomes(t, s, 6); got != tt.want {
				t.Errorf("Skip %d, Times %d strikes %s, want %s", tt.skip, tt.times, got, tt.want)
			}
		})
	}
}

func TestStruckCountsTheCallsThatFaultsHit(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{Cloud: QingCloud, API: "List", Kind: Throttle, Skip: 1, Times: 2})
	outcomes(t, s, 6)
	if got := s.Struck(QingCloud, Throttle); got != 2 {
		t.Errorf("struck %d calls, want 2", got)
	}
	if got := s.Struck(QingCloud, Quota) + s.Struck(ECS, Throttle); got != 0 {
		t.Errorf("hit %d calls without an injected fault", got)
	}
}

func TestFaultCountsOnlyCallsItMatches(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{API: "List", Kind: Throttle, Skip: 1})
	askFake(t, s, "action=Nap")
	askFake(t, s, "action=Make")
	if got := outcomes(t, s, 2); got != ".x" {
		t.Errorf("calls to other actions used up Skip: %s, want .x", got)
	}
}

func TestFaultOfOneCloudSparesTheOthers(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{Cloud: ECS, Kind: Throttle})
	if got := outcomes(t, s, 2); got != ".." {
		t.Errorf("a fault of ECS strikes QingCloud: %s", got)
	}
}

func TestCreateFaultsSpareOtherActions(t *testing.T) {
	for _, kind := range []FaultKind{NoStock, Quota, Balance} {
		s := fakeSim(nil)
		s.Inject(Fault{Kind: kind})
		if got := outcomes(t, s, 1); got != "." {
			t.Errorf("%s without an API strikes a describe", kind)
		}
		if got := askFake(t, s, "action=Make"); !strings.HasSuffix(got, string(kind)) {
			t.Errorf("%s: the create is answered %q, want the refusal", kind, got)
		}
		if n := len(s.Everything()); n != 0 {
			t.Errorf("%s: the refused create made %d instances", kind, n)
		}
	}
}

func TestRemoveTakesOneFaultAway(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{API: "List", Kind: Throttle, Skip: 2})
	remove := s.Inject(Fault{API: "List", Kind: Refuse})
	if got := outcomes(t, s, 1); got != "x" {
		t.Fatal("the fault does not strike")
	}
	remove()
	remove() // a second call does nothing
	if got := outcomes(t, s, 2); got != ".x" {
		t.Errorf("after remove: %s, want .x, the other fault still counting", got)
	}
}

func TestClearFaults(t *testing.T) {
	s := fakeSim(nil)
	remove := s.Inject(Fault{Kind: Throttle})
	s.Inject(Fault{Kind: Refuse, Skip: 3})
	s.ClearFaults()
	if got := outcomes(t, s, 5); got != "....." {
		t.Errorf("after ClearFaults: %s", got)
	}
	remove()
}

func TestRefusalWinsOverEffect(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{Kind: Partial, Count: 1})
	s.Inject(Fault{Kind: ServerErrorAfter})
	s.Inject(Fault{Kind: NoStock})
	if got := askFake(t, s, "action=Make&count=3"); got != "503 refused: no-stock" {
		t.Errorf("answer is %q, want the refusal", got)
	}
	if n := len(s.Everything()); n != 0 {
		t.Errorf("%d instances were made by a refused call", n)
	}
}

func TestServerErrorBeforeAndAfter(t *testing.T) {
	for kind, want := range map[FaultKind]int{ServerErrorBefore: 0, ServerErrorAfter: 2} {
		s := fakeSim(nil)
		s.Inject(Fault{Kind: kind})
		if got := askFake(t, s, "action=Make&count=2"); got != "503 refused: "+string(kind) {
			t.Errorf("%s: answer is %q, want a 5xx", kind, got)
		}
		if n := len(s.Instances()); n != want {
			t.Errorf("%s: %d instances exist, want %d", kind, n, want)
		}
	}
}

func TestPartialMakesFewer(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{Kind: Partial, Count: 2, Times: 2})
	if got := strings.Fields(askFake(t, s, "action=Make&count=5")); len(got) != 2 {
		t.Errorf("5 asked for, %d answered, want 2", len(got))
	}
	if got := strings.Fields(askFake(t, s, "action=Make&count=1")); len(got) != 1 {
		t.Errorf("1 asked for, %d answered: partial must not make more", len(got))
	}
	if got := strings.Fields(askFake(t, s, "action=Make&count=5")); len(got) != 5 {
		t.Errorf("5 asked for after the fault, %d answered", len(got))
	}
}

func TestLaunchFailure(t *testing.T) {
	tests := []struct {
		name  string
		count int
		want  []Phase
	}{
		{"of one", 1, []Phase{Failed, Running, Running}},
		{"of all", 0, []Phase{Failed, Failed, Failed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := fakeSim(nil)
				s.Inject(Fault{Kind: LaunchFailure, Count: tt.count, Message: "no power"})
				askFake(t, s, "action=Make&count=3")
				time.Sleep(2 * time.Second)
				var phases []Phase
				for _, i := range s.Instances() {
					phases = append(phases, i.Phase)
					if (i.Reason == "no power") != (i.Phase == Failed) {
						t.Errorf("%s is %s with reason %q", i.ID, i.Phase, i.Reason)
					}
				}
				if !slices.Equal(phases, tt.want) {
					t.Errorf("instances are %v, want %v", phases, tt.want)
				}
			})
		})
	}
}

func TestInstancesMayShowUpLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(nil)
		s.Inject(Fault{Kind: LateVisibility, Delay: 10 * time.Second, Times: 1})
		id := askFake(t, s, "action=Make")
		time.Sleep(10*time.Second - 1)
		if got := askFake(t, s, "action=List"); got != "" {
			t.Errorf("%q is listed before it is visible", got)
		}
		if n := len(s.Instances()); n != 1 {
			t.Errorf("the test itself sees %d instances, want 1", n)
		}
		time.Sleep(time.Nanosecond)
		if got := askFake(t, s, "action=List"); got != id {
			t.Errorf("after 10 s %q is listed, want %s", got, id)
		}
	})
}

func TestMalformedHidesTheAnswerOfADoneCall(t *testing.T) {
	s := fakeSim(nil)
	s.Inject(Fault{API: "Make", Kind: Malformed, Body: `{"insta`, Times: 1})
	s.Inject(Fault{API: "Make", Kind: Malformed, Body: "<html>", Status: http.StatusBadGateway, Skip: 1})
	if got := askFake(t, s, "action=Make"); got != `{"insta` {
		t.Errorf("first answer is %q", got)
	}
	if got := askFake(t, s, "action=Make"); got != "502 <html>" {
		t.Errorf("second answer is %q", got)
	}
	if n := len(s.Instances()); n != 2 {
		t.Errorf("%d instances exist, want 2: both calls were executed", n)
	}
}

func TestSlowCallTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(nil)
		s.Inject(Fault{Kind: Slow, Delay: 30 * time.Second})
		start := time.Now()
		if got := askFake(t, s, "action=Make"); got == "" {
			t.Error("the slow create made nothing")
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("the call took %v, want 30s", took)
		}
		if made := s.Instances()[0].Created.Sub(start); made != 30*time.Second {
			t.Errorf("the instance is from %v after the call, want 30s: the call is handled after the delay", made)
		}
	})
}

func TestSlowCallEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(nil)
		s.Inject(Fault{Kind: Slow, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, _, err := fakeCall(ctx, s.Transport(), fakeURL, "action=Make")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want the deadline", err)
		}
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("the call hung for %v after a deadline of 50ms", took)
		}
		if n := len(s.Everything()); n != 0 {
			t.Errorf("%d instances were made after the caller's ctx ended", n)
		}
	})
}
