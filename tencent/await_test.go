package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// played is a cloud of raw answers: a create names ins-1, ins-2, ..., and a describe shows them
// with the members that row returns.
type played struct {
	row      func(n int, age time.Duration) string
	run      func(n int) string          // the answer of the create with that number; "" creates
	describe func() *http.Response       // in place of the rows; nil uses them
	sent     map[string][]map[string]any // by action

	mu    sync.Mutex
	began time.Time
	made  int
	gone  map[string]bool
}

func (p *played) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sent == nil {
		p.sent, p.gone = map[string][]map[string]any{}, map[string]bool{}
	}
	action := req.Header.Get("X-TC-Action")
	p.sent[action] = append(p.sent[action], body)
	switch action {
	case actionRun:
		return answer(200, p.create(body)), nil
	case actionDescribe:
		if p.describe != nil {
			return p.describe(), nil
		}
		return answer(200, p.rows(idsIn(body))), nil
	case actionTerminate:
		for id := range idsIn(body) {
			p.gone[id] = true
		}
	}
	return answer(200, terminated), nil
}

func idsIn(body map[string]any) map[string]bool {
	ids := map[string]bool{}
	list, _ := body["InstanceIds"].([]any)
	for _, id := range list {
		ids[fmt.Sprint(id)] = true
	}
	return ids
}

func (p *played) create(body map[string]any) string {
	p.began = time.Now()
	if p.run != nil {
		if text := p.run(len(p.sent[actionRun])); text != "" {
			return text
		}
	}
	count, _ := body["InstanceCount"].(float64)
	var ids []string
	for range max(int(count), 1) {
		p.made++
		ids = append(ids, fmt.Sprintf(`"ins-%d"`, p.made))
	}
	return `{"Response":{"InstanceIdSet":[` + strings.Join(ids, ",") + `],"RequestId":"r"}}`
}

func (p *played) rows(asked map[string]bool) string {
	var rows []string
	for n := 1; n <= p.made; n++ {
		id := fmt.Sprintf("ins-%d", n)
		others := len(asked) > 0 && !asked[id]
		if others || p.gone[id] {
			continue
		}
		rows = append(rows, fmt.Sprintf(`{"InstanceId":"%s",%s}`, id, p.row(n, time.Since(p.began))))
	}
	return fmt.Sprintf(`{"Response":{"TotalCount":%d,"InstanceSet":[%s],"RequestId":"r"}}`, len(rows), strings.Join(rows, ","))
}

// inPlayedTime creates n instances, and runs a test with them.
func inPlayedTime(
	t *testing.T, p *played, n int, o *provider.RunOptions,
	test func(t *testing.T, c *provider.Client, op *provider.Operation, err error),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Config{
			Region: "region-1", Credentials: provider.StaticCredentials(keyID, keyValue, keyToken), Transport: p,
		})
		if err != nil {
			t.Fatal(err)
		}
		s := *bare()
		s.ClientToken, s.MinCount = "", 0
		s.Count, s.Network.VPCID, s.Network.SubnetID = n, "vpc-1", "subnet-1"
		op, err := c.RunInstances(t.Context(), s, o)
		test(t, c, op, err)
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

const runningAt = `"InstanceState":"RUNNING","PrivateIpAddresses":["10.0.0.1"],"VirtualPrivateCloud":{"SubnetId":"subnet-1"}`

// One odd field beside 99 good rows stops no wait.
func TestAWaitGoesOnBesideAnOddField(t *testing.T) {
	for _, member := range []string{
		`"SystemDisk":{"DiskSize":50.5}`, `"CPU":"four"`, `"Tags":{"a":"b"}`, `"Tags":""`, `"Placement":""`, `"Placement":"ap-1"`,
		`"InternetAccessible":null`, `"LoginSettings":[1]`, `"GPUInfo":"none"`, `"DataDisks":"none"`, `"ExpiredTime":0`,
		`"DisableApiTermination":"yes"`, `"RestrictState":{}`, `"DisasterRecoverGroupIds":7`, `"CreatedTime":[]`,
	} {
		p := &played{row: func(n int, age time.Duration) string {
			row := `"InstanceState":"PENDING"`
			if age > 30*time.Second {
				row = runningAt
			}
			if n == 7 {
				row += "," + member
			}
			return row
		}}
		inPlayedTime(t, p, 100, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation, _ error) {
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

// A row without a readable ID leaves the others alone.
func TestAWaitGoesOnBesideALostRow(t *testing.T) {
	for _, row := range []string{`null`, `"x"`, `7`, `[]`, `{}`, `{"InstanceId":{"a":1},"InstanceState":"RUNNING"}`} {
		p := &played{}
		p.describe = func() *http.Response {
			rows := []string{row}
			for n := 2; n <= p.made; n++ {
				rows = append(rows, fmt.Sprintf(`{"InstanceId":"ins-%d",%s}`, n, runningAt))
			}
			return answer(200, fmt.Sprintf(`{"Response":{"TotalCount":%d,"InstanceSet":[%s],"RequestId":"r"}}`, p.made, strings.Join(rows, ",")))
		}
		inPlayedTime(t, p, 100, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation, _ error) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			list, err := op.Wait(ctx, nil)
			if len(list) != 99 {
				t.Errorf("%s: got %d instances, want 99", row, len(list))
			}
			if err == nil {
				t.Errorf("%s: got no error, want one about ins-1", row)
			}
			if errors.Is(err, provider.ErrLaunchFailed) {
				t.Errorf("%s: got %v, want no word of a failure", row, err)
			}
		})
	}
}

// A wait ends at once, and with the class, for an instance that will not run.
func TestAWaitEndsWithTheClassOfALock(t *testing.T) {
	for row, want := range map[string]error{
		`"InstanceState":"STOPPED","RestrictState":"EXPIRED","IsolatedSource":"ARREAR"`:                             provider.ErrBalance,
		`"InstanceState":"STOPPED","RestrictState":"EXPIRED","IsolatedSource":"EXPIRE"`:                             provider.ErrBalance,
		`"InstanceState":"STOPPED","RestrictState":"EXPIRED"`:                                                       provider.ErrBalance,
		`"InstanceState":"STOPPED","RestrictState":"EXPIRED","InstanceChargeType":"PREPAID"`:                        provider.ErrBalance,
		`"InstanceState":"SHUTDOWN","RestrictState":"EXPIRED","IsolatedSource":"EXPIRE"`:                            provider.ErrBalance,
		`"InstanceState":"SHUTDOWN","RestrictState":"NORMAL","IsolatedSource":"ARREAR"`:                             provider.ErrBalance,
		`"InstanceState":"STOPPED","RestrictState":"PROTECTIVELY_ISOLATED","IsolatedSource":"NOTISOLATED"`:          provider.ErrPermission,
		`"InstanceState":"SHUTDOWN","RestrictState":"PROTECTIVELY_ISOLATED","IsolatedSource":"NOTISOLATED"`:         provider.ErrPermission,
		`"InstanceState":"SHUTDOWN","IsolatedSource":"MANMADE"`:                                                     provider.ErrLaunchFailed,
		`"InstanceState":"STOPPED","RestrictState":"FROZEN_BY_JUDGE"`:                                               provider.ErrLaunchFailed,
		`"InstanceState":"STOPPED","IsolatedSource":"NEW_WORD"`:                                                     provider.ErrLaunchFailed,
		`"InstanceState":"STOPPING","RestrictState":"EXPIRED","IsolatedSource":"ARREAR"`:                            provider.ErrBalance,
		`"InstanceState":"LAUNCH_FAILED","LatestOperation":"RunInstances","LatestOperationErrorMsg":"no host left"`: provider.ErrLaunchFailed,
		`"InstanceState":"TERMINATING"`:                                                                             provider.ErrLaunchFailed,
	} {
		p := &played{row: func(int, time.Duration) string { return row }}
		inPlayedTime(t, p, 1, nil, func(t *testing.T, _ *provider.Client, op *provider.Operation, _ error) {
			_, took, err := waitAnHour(t, op)
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", row, err, want)
			}
			if took > time.Minute {
				t.Errorf("%s: the wait took %v, want the first look", row, took)
			}
			for _, word := range []string{"FROZEN_BY_JUDGE", "NEW_WORD", "no host left"} {
				if strings.Contains(row, word) && !strings.Contains(fmt.Sprint(err), word) {
					t.Errorf("%s: the error %v lacks the cloud's word", row, err)
				}
			}
		})
	}
}

// A release goes out although no describe says anything.
func TestAReleaseGoesOutWithoutADescribe(t *testing.T) {
	for what, body := range map[string]string{
		"a failure":     `{"Response":{"Error":{"Code":"InternalError","Message":"m"},"RequestId":"r"}}`,
		"no JSON":       `<html>`,
		"an odd list":   `{"Response":{"InstanceSet":"none","TotalCount":3,"RequestId":"r"}}`,
		"odd rows":      `{"Response":{"InstanceSet":[7,"x",null],"TotalCount":3,"RequestId":"r"}}`,
		"a throttle":    `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"},"RequestId":"r"}}`,
		"no permission": `{"Response":{"Error":{"Code":"UnauthorizedOperation","Message":"m"},"RequestId":"r"}}`,
	} {
		for _, n := range []int{1, 3} {
			p := &played{describe: func() *http.Response { return answer(200, body) }}
			inPlayedTime(t, p, n, nil, func(t *testing.T, c *provider.Client, op *provider.Operation, _ error) {
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

// What is out of stock comes from the next alternative.
func TestAlternativesGoOnAfterEveryKindOfStock(t *testing.T) {
	zone, disk := provider.Alternative{Zone: "region-1-2"}, provider.Alternative{DiskType: "CLOUD_SSD"}
	subnet, kind := provider.Alternative{SubnetID: "subnet-2"}, provider.Alternative{InstanceType: "S6.LARGE8"}
	for code, next := range map[string]provider.Alternative{
		"ResourceInsufficient.AvailabilityZoneSoldOut":         zone,
		"ResourcesSoldOut.AvailableZone":                       zone,
		"UnsupportedOperation.InvalidZone":                     zone,
		"ResourceInsufficient.CloudDiskSoldOut":                disk,
		"InvalidParameter.InvalidCloudDiskSoldOut":             disk,
		"ResourceInsufficient.CloudDiskUnavailable":            disk,
		"LimitExceeded.VpcSubnetNum":                           subnet,
		"ResourceInsufficient.CidrBlock":                       subnet,
		"FailedOperation.NoAvailableIpAddressCountInSubnet":    subnet,
		"ResourceUnavailable.InstanceType":                     kind,
		"ResourceNotFound.InvalidZoneInstanceType":             kind,
		"ResourceInsufficient.ZoneSoldOutForSpecifiedInstance": zone,
		"ResourcesSoldOut":                                     kind,
		"ResourceInsufficient":                                 zone,
		"InvalidParameterValue.InsufficientPrice":              kind,
		"ResourcesSoldOut.SomethingNew":                        kind,
	} {
		p := &played{
			row: func(int, time.Duration) string { return runningAt },
			run: func(n int) string {
				if n > 1 {
					return ""
				}
				return fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"m"},"RequestId":"r"}}`, code)
			},
		}
		o := &provider.RunOptions{Alternatives: []provider.Alternative{next}}
		inPlayedTime(t, p, 2, o, func(t *testing.T, _ *provider.Client, op *provider.Operation, err error) {
			if err != nil {
				t.Errorf("%s: got error %v, want the next alternative", code, err)
			}
			if op != nil && len(op.InstanceIDs()) != 2 {
				t.Errorf("%s: got %d instances, want 2", code, len(op.InstanceIDs()))
			}
		})
	}
}

// A failed operation releases what its create ordered beside the instances.
func TestOnFailureReturnsWhatWasOrdered(t *testing.T) {
	p := &played{row: func(int, time.Duration) string { return `"InstanceState":"LAUNCH_FAILED"` }}
	o := &provider.RunOptions{OnFailure: provider.TerminateOnFailure}
	inPlayedTime(t, p, 1, o, func(t *testing.T, _ *provider.Client, op *provider.Operation, _ error) {
		_, _, _ = waitAnHour(t, op)
		if len(p.sent[actionTerminate]) == 0 {
			t.Fatal("nothing was released")
		}
		for _, field := range []string{"ReleaseAddress", "ReleasePrepaidDataDisks"} {
			if got := p.sent[actionTerminate][0][field]; got != true {
				t.Errorf("%s is %v, want true", field, got)
			}
		}
	})
}
