package soak_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
)

// without are the services without client tokens, ENS with both its creates.
func without() []service {
	list := slices.DeleteFunc(services(), func(s service) bool { return s.tokens })
	yes, older := true, list[0]
	older.action = "CreateInstance"
	older.spec.Network.PublicIP = &provider.PublicIP{ChargeType: provider.PayBy95th}
	older.spec.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: &yes, AutoRenewPeriod: 1}
	return append(list, older)
}

func broken503() answer { return answer{status: 503, body: "busy"} }

func cut() answer { return answer{err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}} }

func always(a answer) lie { return func(*hostile, answer, []string) answer { return a } }

// beside names some of the instances beside a code.
func beside(code int, which func(ids []string) []string) lie {
	return func(h *hostile, _ answer, ids []string) answer {
		return answer{status: 200, body: h.success(code, which(ids)...)}
	}
}

func all(ids []string) []string { return ids }

func one(ids []string) []string { return ids[:min(1, len(ids))] }

func none([]string) []string { return nil }

// lies are answers to a create that leave open what it made.
func lies() map[string]lie {
	return map[string]lie{
		"503":               always(broken503()),
		"503, JSON":         always(answer{status: 503, body: `{"Code":"ServiceUnavailable","RequestId":"r","ret_code":5300,"message":"m"}`}),
		"503 with IDs":      func(_ *hostile, a answer, _ []string) answer { a.status = 503; return a },
		"reset":             always(cut()),
		"silence":           always(answer{err: errSilence}),
		"HTML":              always(answer{status: 200, body: "<html><body>502</body></html>"}),
		"empty":             always(answer{status: 200}),
		"null":              always(answer{status: 200, body: "null"}),
		"{}":                always(answer{status: 200, body: "{}"}),
		"truncated":         func(_ *hostile, a answer, _ []string) answer { a.body = a.body[:len(a.body)*2/3]; return a },
		"no IDs":            beside(0, none),
		"fewer":             beside(0, one),
		"one twice":         beside(0, func(ids []string) []string { return append(one(ids), one(ids)...) }),
		"an empty ID":       beside(0, func(ids []string) []string { return append([]string{""}, one(ids)...) }),
		"a failure":         beside(5000, none),
		"a failure and IDs": beside(5000, all),
		"a failure and one": beside(5000, one),
		"nobody's code":     beside(999, none),
	}
}

// refusals contradict themselves when the create made something.
func refusals() map[string]lie {
	return map[string]lie{"balance, and one": beside(2400, one), "denied, and all": beside(1400, all), "no stock, and one": beside(5200, one)}
}

// trial is one create of three instances.
type trial struct {
	made   int // instances that the first create really makes
	hidden time.Duration
	answer lie
	list   func(*hostile, *list)
	rename func(int, answer) answer
}

// in runs the trial in fake time; then sees what came of it.
func (tr trial) in(t *testing.T, s service, then func(t *testing.T, h *hostile, sim *cloudsim.Sim)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		f := cloudsim.Fault{Cloud: s.cloud, API: s.action, Times: 1}
		f.Kind, f.Count = cloudsim.Partial, tr.made
		if tr.made == 0 {
			f.Kind = cloudsim.ServerErrorBefore
		}
		sim.Inject(f)
		if tr.hidden > 0 {
			f.Kind, f.Delay = cloudsim.LateVisibility, tr.hidden
			sim.Inject(f)
		}
		then(t, &hostile{service: s, inner: sim.Transport(), answer: tr.answer, list: tr.list, rename: tr.rename}, sim)
	})
}

// check makes the create and compares: three instances, all known, all named.
func (tr trial) check(t *testing.T, s service) {
	t.Helper()
	tr.in(t, s, func(t *testing.T, h *hostile, sim *cloudsim.Sim) {
		op, err := h.connect(t, h).RunInstances(t.Context(), h.three(), nil)
		assertWhole(t, s, sim, op, err)
	})
}

func (h *hostile) three() provider.RunInstancesSpec {
	spec := h.spec
	spec.Count, spec.Name = 3, "web"
	return spec
}

func assertWhole(t *testing.T, s service, sim *cloudsim.Sim, op *provider.Operation, err error) {
	t.Helper()
	var alive []string
	for _, i := range sim.Instances(s.cloud) {
		alive = append(alive, i.ID)
		if i.Name != "web" {
			t.Errorf("an instance is called %q", i.Name)
		}
	}
	ids := op.InstanceIDs()
	slices.Sort(alive)
	slices.Sort(ids)
	if err != nil || len(alive) != 3 || !slices.Equal(ids, alive) {
		t.Errorf("the cloud has %q, the operation %q, and the error is %v", alive, ids, err)
	}
}

// Whatever a cloud without client tokens answers to a create, however late and
// among whatever strangers it shows the instances: there are as many as were asked
// for, the caller has them all, and they have the name of the spec.
func TestNoAnswerMakesAnInstanceTwice(t *testing.T) {
	lists := map[string]func(*hostile, *list){"honest": nil, "neighbours": neighbours, "default pages": defaults, "blind": blind}
	for _, s := range without() {
		for _, how := range slices.Sorted(maps.Keys(lists)) {
			if s.action == "CreateInstance" && how != "honest" {
				continue // its instances are listed like the others of ENS
			}
			if testing.Short() && how != "neighbours" {
				continue
			}
			for _, made := range []int{0, 1, 3} {
				if testing.Short() && made == 1 {
					continue
				}
				for _, hidden := range []time.Duration{0, 30 * time.Second, 90 * time.Second} {
					if testing.Short() && hidden == 30*time.Second {
						continue
					}
					name := strings.Join([]string{string(s.cloud), s.action, how, "made " + strconv.Itoa(made), "hidden " + hidden.String()}, "/")
					if made > 0 || hidden == 0 {
						t.Run(name, func(t *testing.T) { trial{made: made, hidden: hidden, list: lists[how]}.checkAll(t, s) })
					}
				}
			}
		}
	}
}

// checkAll tries every lie.
func (tr trial) checkAll(t *testing.T, s service) {
	answers := lies()
	if tr.made > 0 {
		maps.Copy(answers, refusals())
	}
	for what, answer := range answers {
		t.Run(what, func(t *testing.T) {
			tr.answer = answer
			if s.cloud == cloudsim.QingCloud && strings.HasPrefix(what, "no stock") {
				tr.checkSoldOut(t, s)
			} else {
				tr.check(t, s)
			}
		})
	}
}

// checkSoldOut: the cloud has said that there is no more, and is believed; but what
// it has made all the same is known.
func (tr trial) checkSoldOut(t *testing.T, s service) {
	t.Helper()
	tr.in(t, s, func(t *testing.T, h *hostile, sim *cloudsim.Sim) {
		op, err := h.connect(t, h).RunInstances(t.Context(), h.three(), nil)
		n := len(sim.Instances(s.cloud))
		switch got := len(op.InstanceIDs()); {
		case n != tr.made:
			t.Errorf("%d instances exist, want %d", n, tr.made)
		case got != n:
			t.Errorf("%d IDs, want %d", got, n)
		case (n < 3) != errors.Is(err, provider.ErrNoStock):
			t.Errorf("%d instances of 3: got error %v, want ErrNoStock where some are missing", n, err)
		}
	})
}

// More IDs than were asked for are all held, of any operation, and reported.
func TestMoreInstancesThanAskedForAreTold(t *testing.T) {
	for _, s := range without() {
		tr := trial{made: 3, answer: beside(0, func(ids []string) []string { return append([]string{"i-more"}, ids...) })}
		tr.in(t, s, func(t *testing.T, h *hostile, sim *cloudsim.Sim) {
			op, err := h.connect(t, h).RunInstances(t.Context(), h.three(), nil)
			switch {
			case err == nil:
				t.Errorf("%s: got no error, want one", s.cloud)
			case !slices.Contains(op.InstanceIDs(), "i-more"):
				t.Errorf("%s: IDs of the operation: got %v, want %v in it", s.cloud, op.InstanceIDs(), "i-more")
			case len(op.InstanceIDs()) != 4:
				t.Errorf("%s: number of IDs: got %v, want 4", s.cloud, len(op.InstanceIDs()))
			case len(sim.Instances(s.cloud)) != 3:
				t.Errorf("%s: instances that exist: got %v, want 3", s.cloud, len(sim.Instances(s.cloud)))
			}
		})
	}
}

// Renamings that fail, or whose answers are lost, are made again.
func TestNamesComeBackWhateverRenamingsAnswer(t *testing.T) {
	for _, s := range without() {
		for what, bad := range map[string]answer{"503": broken503(), "reset": cut(), "HTML": {status: 200, body: "<html>"}, "empty": {status: 200}} {
			for _, hidden := range []time.Duration{0, 30 * time.Second, 90 * time.Second} {
				t.Run(strings.Join([]string{string(s.cloud), s.action, what, hidden.String()}, "/"), func(t *testing.T) {
					trial{made: 3, hidden: hidden, rename: func(n int, honest answer) answer {
						if n <= 4 {
							return bad
						}
						return honest
					}}.check(t, s)
				})
			}
		}
	}
}

// When the outcome stays open, because ctx ends or no list can be read, the error
// says so, nothing more is created, and another process finds the instances.
func TestAnOpenOutcomeIsToldAndResumed(t *testing.T) {
	// A list that is shorter than it says proves nothing.
	short := func(_ *hostile, l *list) { l.rows, l.total = nil, 7 }
	for _, s := range without() {
		for what, patience := range map[string]time.Duration{
			"ctx ends during the create": time.Minute, "ctx ends during the search": 100 * time.Second, "no list is whole": 0,
		} {
			for _, made := range []int{0, 1, 3} {
				if testing.Short() && made == 3 {
					continue
				}
				t.Run(strings.Join([]string{string(s.cloud), s.action, what, strconv.Itoa(made)}, "/"), func(t *testing.T) {
					tr := trial{made: made, answer: always(answer{err: errSilence}), hidden: 15 * time.Second, list: short}
					tr.in(t, s, func(t *testing.T, h *hostile, sim *cloudsim.Sim) {
						ctx, spec := t.Context(), h.three()
						if patience > 0 {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, patience)
							defer cancel()
						}
						op, err := h.connect(t, h).RunInstances(ctx, spec, nil)
						switch {
						case !errors.Is(err, provider.ErrOutcomeUnknown):
							t.Fatalf("got error %v, want %v", err, provider.ErrOutcomeUnknown)
						case errors.Is(err, context.DeadlineExceeded) != (patience > 0):
							t.Fatalf("error matches context.DeadlineExceeded: got %v, want %v", errors.Is(err, context.DeadlineExceeded), (patience > 0))
						case h.creates != 1:
							t.Fatalf("creates: got %v, want 1", h.creates)
						}
						token, err := op.MarshalText()
						if err != nil {
							t.Fatal(err)
						}
						h.list = nil
						op, err = h.connect(t, h).Resume(t.Context(), token, &provider.ResumeOptions{Spec: &spec})
						assertWhole(t, s, sim, op, err)
					})
				})
			}
		}
	}
}

// Instances for a sub-account are not on the list of one's own.
func TestInstancesForAnotherAccountAreFound(t *testing.T) {
	for _, s := range without() {
		if s.cloud != cloudsim.QingCloud {
			continue
		}
		s.spec.Vendor = []provider.VendorOption{qingcloud.RunOptions{TargetUser: "usr-sub1"}}
		for _, made := range []int{0, 1, 3} {
			trial{made: made, answer: always(cut()), hidden: 30 * time.Second}.check(t, s)
		}
	}
}
