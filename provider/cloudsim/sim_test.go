package cloudsim

import (
	"cmp"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// fakeWire is a protocol of three actions, to test the common part of all clouds
// without a vendor's rules. Make creates instances and answers with their IDs. List
// answers with the visible IDs. Nap does nothing. A key in the query replaces the
// signature.
type fakeWire struct{ c *core.Service }

func (w fakeWire) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	query := r.URL.Query()
	if query.Get("key") != w.c.Config.AccessKeyID {
		return nil, fakeAnswer(http.StatusForbidden, "bad key")
	}
	return &core.Call{Action: query.Get("action"), Params: map[string]string{"count": query.Get("count")}, Now: now},
		nil
}

func (w fakeWire) Actions() []string { return []string{"List", "Make", "Nap"} }

func (w fakeWire) Creates(action string) bool { return action == "Make" }

func (w fakeWire) Describes(action string) bool { return action == "List" }

func (w fakeWire) Token(*core.Call) string { return "" }

func (w fakeWire) Tagged(*core.Call) bool { return false }

func (w fakeWire) Has(*core.Call, FaultKind) bool { return true }

func (w fakeWire) Serve(k *core.Call) *core.Answer {
	var ids []string
	switch k.Action {
	case "Make":
		count, _ := strconv.Atoi(cmp.Or(k.Params["count"], "1"))
		for _, m := range w.c.Create(k, core.CreateSpec{
			Count: count,
			ID:    func(r *rand.Rand) string { return "m-" + core.Letters(r, 8) },
			Fill:  func(int, *core.Instance) {},
		}) {
			ids = append(ids, m.ID)
		}
	case "List":
		for _, m := range w.c.All() {
			if w.c.Find(m.ID, k.Now) != nil {
				ids = append(ids, m.ID)
			}
		}
	}
	return fakeAnswer(http.StatusOK, strings.Join(ids, " "))
}

func (w fakeWire) Refuse(_ *core.Call, f core.Fault) *core.Answer {
	return fakeAnswer(http.StatusServiceUnavailable, "refused: "+string(f.Kind))
}

func fakeAnswer(status int, text string) *core.Answer {
	return &core.Answer{Status: status, ContentType: "text/plain", Body: []byte(text)}
}

// fakeSim is a simulator whose QingCloud speaks the protocol of fakeWire.
func fakeSim(o *Options) *Sim {
	s := New(o)
	c := s.clouds[QingCloud]
	c.Wire = fakeWire{c}
	return s
}

// fakeCall sends one call to a fakeSim and returns status and body.
func fakeCall(ctx context.Context, rt http.RoundTripper, base, query string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/?key="+DefaultAccessKeyID+"&"+query, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

const fakeURL = "https://api.qingcloud.com"

// askFake sends a fakeCall over the memory transport; the call must get an answer.
func askFake(t *testing.T, s *Sim, query string) string {
	t.Helper()
	status, body, err := fakeCall(t.Context(), s.Transport(), fakeURL, query)
	if err != nil {
		t.Fatalf("%s: no answer: %v", query, err)
	}
	if status != http.StatusOK {
		return strconv.Itoa(status) + " " + body
	}
	return body
}

func TestInstancesComeUpAfterTheBootTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fakeSim(nil)
		ids := strings.Fields(askFake(t, s, "action=Make&count=3"))
		if len(ids) != 3 {
			t.Fatalf("3 instances were asked for, the answer names %d", len(ids))
		}
		for _, i := range s.Instances() {
			if i.Phase != Pending {
				t.Errorf("%s is %s right after the create, want pending", i.ID, i.Phase)
			}
		}
		time.Sleep(2 * time.Second)
		for n, i := range s.Instances(QingCloud) {
			if i.Phase != Running || i.ID != ids[n] {
				t.Errorf("instance %d is %s and %s after 2 s, want %s and running", n, i.ID, i.Phase, ids[n])
			}
		}
	})
}

func TestBootTimesAreDrawnOncePerInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draws := 0
		s := fakeSim(&Options{Boot: func(c Cloud, _ *rand.Rand) time.Duration {
			if c != QingCloud {
				t.Errorf("boot time was drawn for %s", c)
			}
			draws++
			return time.Duration(draws) * time.Minute
		}})
		askFake(t, s, "action=Make&count=3")
		time.Sleep(2 * time.Minute)
		var phases []Phase
		for _, i := range s.Instances() {
			phases = append(phases, i.Phase)
		}
		if want := []Phase{Running, Running, Pending}; !slices.Equal(phases, want) {
			t.Errorf("after 2 of 3 drawn boot times the instances are %v, want %v", phases, want)
		}
	})
}

func TestSameSeedSameIDs(t *testing.T) {
	ids := func(seed uint64) string { return askFake(t, fakeSim(&Options{Seed: seed}), "action=Make&count=4") }
	if a, b := ids(7), ids(7); a != b {
		t.Errorf("seed 7 made %q and then %q", a, b)
	}
	if a, b := ids(7), ids(8); a == b {
		t.Errorf("seeds 7 and 8 both made %q", a)
	}
}

func TestInstancesLeavesOutGoneInstances(t *testing.T) {
	s := fakeSim(nil)
	ids := strings.Fields(askFake(t, s, "action=Make&count=2"))
	now := time.Now()
	s.clouds[QingCloud].Lookup(ids[0]).Move(now, core.At(now, Gone))
	if got := s.Instances(); len(got) != 1 || got[0].ID != ids[1] {
		t.Errorf("Instances lists %v, want only %s: the other is gone", got, ids[1])
	}
	if got := s.Everything(QingCloud); len(got) != 2 {
		t.Errorf("Everything lists %d instances, want both", len(got))
	}
	if got := s.Everything(ECS); len(got) != 0 {
		t.Errorf("an instance of QingCloud is listed as one of ECS: %v", got)
	}
	if got := askFake(t, s, "action=List"); got != ids[1] {
		t.Errorf("the cloud lists %q, want only %s", got, ids[1])
	}
}

func TestSnapshotsAreCopies(t *testing.T) {
	s := fakeSim(nil)
	id := askFake(t, s, "action=Make")
	s.clouds[QingCloud].Lookup(id).Params = map[string]string{"image_id": "img-1"}
	s.Instances()[0].Params["image_id"] = "changed"
	if got := s.Instances()[0].Params["image_id"]; got != "img-1" {
		t.Errorf("a caller changed the instance itself through its snapshot: image is %q", got)
	}
}

func TestCallsCountsAuthenticatedRequests(t *testing.T) {
	s := fakeSim(nil)
	askFake(t, s, "action=Make")
	askFake(t, s, "action=List")
	askFake(t, s, "action=List")
	s.Inject(Fault{Kind: Throttle, API: "List"})
	askFake(t, s, "action=List")
	forged := httptest.NewRecorder()
	s.Handler(QingCloud).ServeHTTP(forged, httptest.NewRequest(http.MethodGet, "/?action=List&key=other", nil))
	if forged.Code != http.StatusForbidden {
		t.Fatalf("a call with a wrong key is answered %d", forged.Code)
	}
	for action, want := range map[string]int{"Make": 1, "List": 3, "": 4, "Nap": 0} {
		if got := s.Calls(QingCloud, action); got != want {
			t.Errorf("Calls(%q) = %d, want %d: refused calls count, forged ones do not", action, got, want)
		}
	}
}

func TestCreatesAreNumbered(t *testing.T) {
	s := fakeSim(nil)
	askFake(t, s, "action=Make&count=2")
	askFake(t, s, "action=Make")
	var got []int
	for _, i := range s.Instances() {
		got = append(got, i.Create)
	}
	if want := []int{1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("the instances have Create %v, want %v", got, want)
	}
}

func TestConcurrentCallers(t *testing.T) {
	s := fakeSim(nil)
	const callers, each = 8, 25
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			remove := s.Inject(Fault{Kind: Throttle, API: "Nap"})
			defer remove()
			for range each {
				for _, query := range []string{"action=Make&count=2", "action=List", "action=Nap"} {
					if _, _, err := fakeCall(t.Context(), s.Transport(), fakeURL, query); err != nil {
						t.Errorf("%s: %v", query, err)
					}
				}
				_ = s.Instances()
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, i := range s.Instances() {
		seen[i.ID] = true
	}
	if want := callers * each * 2; len(seen) != want {
		t.Errorf("%d different instances exist, want %d", len(seen), want)
	}
	if got, want := s.Calls(QingCloud, ""), callers*each*3; got != want {
		t.Errorf("%d calls are counted, want %d", got, want)
	}
}

func TestUnknownCloudPanicsWithTheKnownOnes(t *testing.T) {
	defer func() {
		text, _ := recover().(string)
		if !strings.Contains(text, "moon") || !strings.Contains(text, "qingcloud") {
			t.Errorf("panic says %q, want the wrong name and the right ones", text)
		}
	}()
	New(nil).Handler("moon")
}

func TestHugeBodyIsRefused(t *testing.T) {
	s := fakeSim(nil)
	w := httptest.NewRecorder()
	body := io.LimitReader(endless{}, core.MaxBody+1)
	s.Handler(QingCloud).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?action=Make&key=testid", body))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body above the limit is answered %d, want 413", w.Code)
	}
	if n := len(s.Instances()); n != 0 {
		t.Errorf("the refused call made %d instances", n)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
