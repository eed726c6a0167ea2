package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// played is a cloud of raw answers: a create names i-1, i-2, ..., and a describe shows them with
// the members that row returns.
type played struct {
	row      func(n int, age time.Duration) string
	describe func() *http.Response // in place of the rows; nil uses them
	job      string                // the members of the job

	mu    sync.Mutex
	began time.Time
	made  int
	sent  map[string]int // calls by action
	gone  map[string]bool
}

func (p *played) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	action := q.Get("action")
	if p.sent == nil {
		p.sent, p.gone = map[string]int{}, map[string]bool{}
	}
	p.sent[action]++
	switch action {
	case actionRun:
		return response(200, p.run(q.Get("count"))), nil
	case actionDescribe:
		if p.describe != nil {
			return p.describe(), nil
		}
		return response(200, p.rows(q)), nil
	case actionJobs:
		return response(200, jobs(`{"job_id":"`+q.Get("jobs.1")+`",`+p.job+`}`)), nil
	case actionTerminate, actionCease:
		for i := 1; q.Has(fmt.Sprintf("instances.%d", i)); i++ {
			p.gone[q.Get(fmt.Sprintf("instances.%d", i))] = true
		}
	}
	return response(200, `{"ret_code":0}`), nil
}

func (p *played) run(count string) string {
	p.began = time.Now()
	n := 1
	_, _ = fmt.Sscan(count, &n)
	var ids []string
	for range n {
		p.made++
		ids = append(ids, fmt.Sprintf(`"i-%d"`, p.made))
	}
	return fmt.Sprintf(`{"ret_code":0,"instances":[%s],"job_id":"j-%d"}`, strings.Join(ids, ","), p.made)
}

func (p *played) rows(q map[string][]string) string {
	asked := map[string]bool{}
	for name, v := range q {
		if strings.HasPrefix(name, "instances.") {
			asked[v[0]] = true
		}
	}
	var rows []string
	for n := 1; n <= p.made; n++ {
		id := fmt.Sprintf("i-%d", n)
		others := len(asked) > 0 && !asked[id]
		if others || p.gone[id] {
			continue
		}
		if row := p.row(n, time.Since(p.began)); row != "" {
			rows = append(rows, fmt.Sprintf(`{"instance_id":"%s",%s}`, id, row))
		}
	}
	return fmt.Sprintf(`{"ret_code":0,"total_count":%d,"instance_set":[%s]}`, len(rows), strings.Join(rows, ","))
}

// inPlayedTime creates n instances in a network, and runs a test with them.
func inPlayedTime(t *testing.T, p *played, n int, o *provider.RunOptions, test func(t *testing.T, c *provider.Client, op *provider.Operation)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, err := New(testConfig(p))
		if err != nil {
			t.Fatal(err)
		}
		s := *minimalSpec()
		s.Count, s.Network.SubnetID = n, "vxnet-1"
		op, err := c.RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, c, op)
	})
}

// waitAnHour waits for an hour at most, and returns how long it took.
func waitAnHour(t *testing.T, op *provider.Operation) (list []provider.Instance, took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	start := time.Now()
	list, err = op.Wait(ctx, nil)
	return list, time.Since(start), err
}

const runningAt = `"status":"running","vxnets":[{"vxnet_id":"vxnet-1","private_ip":"10.0.0.1"}]`

// One odd field beside 99 good rows stops no wait.
func TestAWaitGoesOnBesideAnOddField(t *testing.T) {
	for _, member := range []string{
		`"vcpus_current":"two"`, `"memory_current":"2048"`, `"image":"img-1"`, `"image":""`, `"extra":[]`, `"eip":""`, `"tags":{"a":1}`,
		`"volumes":""`, `"volumes":[{"size":"50.0"}]`, `"security_group":"sg-1"`, `"keypair_ids":{}`, `"create_time":7`, `"hostname":{}`,
	} {
		p := &played{row: func(n int, age time.Duration) string {
			row := `"status":"pending"`
			if age > 20*time.Second {
				row = runningAt
			}
			if n == 7 {
				row += "," + member
			}
			return row
		}}
		inPlayedTime(t, p, 100, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation) {
			list, took, err := waitAnHour(t, op)
			if err != nil {
				t.Errorf("%s: got error %v, want none", member, err)
			}
			if len(list) != 100 {
				t.Errorf("%s: got %d instances, want 100", member, len(list))
			}
			if took > time.Minute {
				t.Errorf("%s: the wait took %v, want less than a minute", member, took)
			}
		})
	}
}

// Networks that come late are waited for, and those that never come end the wait.
func TestARunningInstanceGetsItsAddressesLateOrNever(t *testing.T) {
	const two = `"status":"running","vxnets":[{"vxnet_id":"vxnet-1","private_ip":"10.0.0.1"},{"vxnet_id":"vxnet-2","private_ip":""}]`
	const only = `"status":"running","eip":{"eip_addr":"1.2.3.4"},"vxnets":[{"vxnet_id":"vxnet-1","private_ip":null}]`
	for _, c := range []struct {
		row   string
		until time.Duration // then it has its addresses
		ready bool
	}{
		{`"status":"running","vxnets":[]`, 50 * time.Second, true},
		{`"status":"running","vxnets":""`, 50 * time.Second, true},
		{two, 50 * time.Second, true},
		{`"status":"running","vxnets":[]`, time.Hour, false},
		{`"status":"running","vxnets":null`, time.Hour, false},
		{`"status":"running"`, time.Hour, false},
		{two, time.Hour, false},
		{only, time.Hour, false},
		{`"status":"running","vxnets":[{"vxnet_id":"vxnet-1","vxnet_type":"0"}]`, time.Hour, true},
	} {
		p := &played{job: `"status":"successful"`, row: func(_ int, age time.Duration) string {
			if age > c.until {
				return runningAt
			}
			return c.row
		}}
		inPlayedTime(t, p, 2, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation) {
			_, took, err := waitAnHour(t, op)
			if ready := err == nil; ready != c.ready {
				t.Errorf("%s until %v: got error %v, want one: %v", c.row, c.until, err, !c.ready)
			}
			if took > 4*time.Minute {
				t.Errorf("%s until %v: the wait took %v, want about two minutes at most", c.row, c.until, took)
			}
			if err != nil && !strings.Contains(err.Error(), "no address") {
				t.Errorf("%s: the error %q does not speak of an address", c.row, err)
			}
		})
	}
}

// A wait ends at once, and with the class, for an instance that will not run.
func TestAWaitEndsWithTheClassOfALock(t *testing.T) {
	for row, want := range map[string]error{
		`"status":"suspended"`:                                     provider.ErrBalance,
		`"status":"running","transition_status":"suspending"`:      provider.ErrBalance,
		`"status":"pending","transition_status":"suspending"`:      provider.ErrBalance,
		`"status":"stopped","transition_status":"suspending"`:      provider.ErrBalance,
		`"status":["suspended"],"transition_status":""`:            provider.ErrBalance,
		`"status":"ceased"`:                                        provider.ErrLaunchFailed,
		`"status":"terminated","transition_status":null`:           provider.ErrLaunchFailed,
		`"status":"running","transition_status":"terminating"`:     provider.ErrLaunchFailed,
		`"status":"suspended","transition_status":"terminating"`:   provider.ErrLaunchFailed,
		`"status":"ceased","transition_status":"something unseen"`: provider.ErrLaunchFailed,
	} {
		p := &played{row: func(int, time.Duration) string { return row }}
		inPlayedTime(t, p, 1, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation) {
			_, took, err := waitAnHour(t, op)
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", row, err, want)
			}
			if took > time.Minute {
				t.Errorf("%s: the wait took %v, want the first look", row, took)
			}
		})
	}
}

func TestAnUnknownStateKeepsItsWord(t *testing.T) {
	p := &played{row: func(int, time.Duration) string { return `"status":"hibernated"` }}
	inPlayedTime(t, p, 1, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		_, err := op.Wait(ctx, nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of ctx", err)
		}
		if !strings.Contains(fmt.Sprint(err), "hibernated") {
			t.Errorf("the error %v lacks the raw word", err)
		}
	})
}

// A release goes out although no describe says anything.
func TestAReleaseGoesOutWithoutADescribe(t *testing.T) {
	for what, say := range map[string]func() *http.Response{
		"a failure":     func() *http.Response { return response(500, `{"ret_code":5000}`) },
		"no JSON":       func() *http.Response { return response(200, `<html>`) },
		"an odd list":   func() *http.Response { return response(200, `{"ret_code":0,"instance_set":"none","total_count":3}`) },
		"odd rows":      func() *http.Response { return response(200, `{"ret_code":0,"instance_set":[7,null],"total_count":3}`) },
		"a throttle":    func() *http.Response { return response(200, `{"ret_code":2500,"message":"API calls"}`) },
		"no permission": func() *http.Response { return response(200, `{"ret_code":1400,"message":"PermissionDenied"}`) },
	} {
		for _, n := range []int{1, 3} {
			p := &played{describe: say}
			inPlayedTime(t, p, n, nil, func(t *testing.T, c *provider.Client, op *provider.Operation) {
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := c.TerminateInstances(ctx, "", op.InstanceIDs(), nil)
				if len(p.gone) != n {
					t.Errorf("%s: %d of %d instances were released: %v", what, len(p.gone), n, err)
				}
				if took := time.Since(start); took > 5*time.Minute {
					t.Errorf("%s: it took %v, want less than five minutes", what, took)
				}
			})
		}
	}
}

// The job of a create fails: its instances are replaced, and then released.
func TestAFailedJobIsAnsweredByTheOptions(t *testing.T) {
	for what, row := range map[string]string{"stay pending": `"status":"pending","transition_status":"creating"`, "never show up": ""} {
		p := &played{
			job: `"status":"failed","error_codes":"5200"`,
			row: func(n int, _ time.Duration) string {
				if n > 2 {
					return runningAt
				}
				return row
			},
		}
		o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "e2.large.r2"}}}
		inPlayedTime(t, p, 2, o, func(t *testing.T, _ *provider.Client, op *provider.Operation) {
			list, _, err := waitAnHour(t, op)
			if err != nil {
				t.Errorf("that %s: got error %v, want none", what, err)
			}
			if len(list) != 2 {
				t.Errorf("that %s: got %d instances, want 2 of another type", what, len(list))
			}
			if p.sent[actionRun] != 2 {
				t.Errorf("that %s: %d creates, want 2", what, p.sent[actionRun])
			}
		})
	}
}
