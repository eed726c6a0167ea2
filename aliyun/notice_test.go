package aliyun

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// asked returns what one page of a question has, as texts, and the token of the next page.
func asked(t *testing.T, body, question, token string) (got []notice.Notice, next string, sent wire) {
	t.Helper()
	page, err := testDriver(t, capture(&sent, body)).DescribeNotices(t.Context(), "", question, token)
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return page.Items, page.NextPage, sent
}

// The names and forms are those of the vendor's sample answers.
const lockedSample = `{"TotalCount":0,"NextToken":"caeba0","RequestId":"r","Instances":{"Instance":[
	{"InstanceId":"i-spot","InstanceChargeType":"PostPaid","Status":"Stopped",
	 "OperationLocks":{"LockReason":[{"LockReason":"financial"},{"LockReason":"Recycling","LockMsg":"soon"}]}},
	{"InstanceId":"i-paid","InstanceChargeType":"PrePaid","OperationLocks":{"LockReason":[{"LockReason":"financial"}]}},
	{"InstanceId":"i-bare","OperationLocks":{"LockReason":["Recycling"]}},
	{"InstanceId":"i-free","OperationLocks":{"LockReason":[]}},
	{"InstanceId":null,"OperationLocks":{"LockReason":[{"LockReason":"Recycling"}]}},
	{"InstanceId":"i-odd","OperationLocks":"none"}]}}`

func TestOnlyInstancesWithTheLockAreTold(t *testing.T) {
	got, next, sent := asked(t, lockedSample, "reclaims", "")
	want := []notice.Notice{
		{Kind: notice.Reclaim, InstanceID: "i-spot", Region: "cn-test-1", Reason: "soon", RawKind: "Recycling"},
		{Kind: notice.Reclaim, InstanceID: "i-bare", Region: "cn-test-1", RawKind: "Recycling"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if next != "caeba0" {
		t.Errorf("the next page is %q, want caeba0", next)
	}
	params := map[string]string{"RegionId": "cn-test-1", "LockReason": "Recycling", "MaxResults": "100"}
	if !maps.Equal(sent.Params, params) {
		t.Errorf("the parameters are %v, want %v", sent.Params, params)
	}
	checkTyped(t, ecs.DescribeInstancesRequest{}, sent.Params)

	got, _, _ = asked(t, lockedSample, "arrears", "")
	want = []notice.Notice{
		{Kind: notice.Overdue, InstanceID: "i-spot", Region: "cn-test-1", RawKind: "financial"},
		{Kind: notice.Expired, InstanceID: "i-paid", Region: "cn-test-1", RawKind: "financial"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

const eventsSample = `{"RequestId":"r","TotalCount":2,"PageNumber":1,"PageSize":10,"InstanceSystemEventSet":{"InstanceSystemEventType":[
	{"EventId":"e-1","InstanceId":"i-1","ResourceType":"instance","EventType":{"Code":1,"Name":"SystemMaintenance.Reboot"},
	 "EventCycleStatus":{"Code":24,"Name":"Scheduled"},"EventPublishTime":"2017-11-30T06:32:31Z","NotBefore":"2017-12-06T00:00:00Z",
	 "EventFinishTime":"","Reason":"why","ExtendedAttribute":{"DiskId":"d-1"}},
	{"EventId":"e-2","InstanceId":"i-2","EventType":{"Name":"SystemFailure.Delete"},"EventCycleStatus":{"Name":"Executed"}},
	{"EventId":"e-3","InstanceId":"i-3","EventType":{"Name":"InstanceFailure.Reboot"},"EventCycleStatus":{"Name":"Executing"},"NotBefore":"never"},
	{"EventId":"e-4","InstanceId":"i-4","EventType":{"Name":"InstanceExpiration.Stop"},"EventCycleStatus":{"Name":"Inquiring"},"NotBefore":null},
	{"EventId":"e-5","InstanceId":"i-5","EventType":{"Name":"AccountUnbalanced.Delete"},"EventCycleStatus":{"Name":"Failed"}},
	{"EventId":"e-6","InstanceId":"i-6","EventType":"Something.New","EventCycleStatus":{"Name":"Paused"}},
	{"EventId":"e-7","InstanceId":null,"EventType":{"Name":"SystemMaintenance.Reboot"}}]}}`

func TestEventsAreTranslated(t *testing.T) {
	got, next, sent := asked(t, eventsSample, "events", "")
	want := []string{
		"maintenance scheduled i-1 e-1 SystemMaintenance.Reboot Scheduled",
		"late-failure done i-2 e-2 SystemFailure.Delete Executed",
		"failure running i-3 e-3 InstanceFailure.Reboot Executing",
		"expired asked i-4 e-4 InstanceExpiration.Stop Inquiring",
		"overdue  i-5 e-5 AccountUnbalanced.Delete Failed",
		"  i-6 e-6  Paused",
	}
	var texts []string
	for _, n := range got {
		texts = append(texts, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.InstanceID, " ", n.EventID, " ", n.RawKind, " ", n.RawStage))
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
	if at := time.Date(2017, 12, 6, 0, 0, 0, 0, time.UTC); !got[0].NotBefore.Equal(at) {
		t.Errorf("it happens no sooner than %v, want %v", got[0].NotBefore, at)
	}
	if at := time.Date(2017, 11, 30, 6, 32, 31, 0, time.UTC); !got[0].Published.Equal(at) {
		t.Errorf("it was published at %v, want %v", got[0].Published, at)
	}
	if next != "1:" {
		t.Errorf("the next page is %q, want the first of the events that are over", next)
	}
	params := map[string]string{
		"RegionId": "cn-test-1", "MaxResults": "100", "InstanceEventCycleStatus.1": "Scheduled",
		"InstanceEventCycleStatus.2": "Inquiring", "InstanceEventCycleStatus.3": "Executing",
	}
	if !maps.Equal(sent.Params, params) {
		t.Errorf("the parameters are %v, want %v", sent.Params, params)
	}
	checkTyped(t, ecs.DescribeInstanceHistoryEventsRequest{}, sent.Params)
}

func TestEventsThatAreOverComeAfterTheOthers(t *testing.T) {
	const list = `{"RequestId":"r","TotalCount":0,"NextToken":"%s","InstanceSystemEventSet":{"InstanceSystemEventType":[]}}`
	synctest.Test(t, func(t *testing.T) {
		day := time.Now().Add(-24 * time.Hour).UTC().Format(timeFormat)
		for _, tc := range []struct{ token, answer, next, sent, stage, published, due string }{
			{"", "n-1", "0:n-1", "", "Scheduled", "", ""},
			{"0:n-1", "", "1:", "n-1", "Scheduled", "", ""},
			{"1:", "n-2", "1:n-2", "", "Executed", day, ""},
			{"1:n-2", "", "2:", "n-2", "Executed", day, ""},
			{"2:", "n-3", "2:n-3", "", "Executed", "", day},
			{"2:n-3", "", "", "n-3", "Executed", "", day},
		} {
			_, next, sent := asked(t, fmt.Sprintf(list, tc.answer), "events", tc.token)
			if next != tc.next {
				t.Errorf("after %q comes %q, want %q", tc.token, next, tc.next)
			}
			got := []string{
				sent.Params["NextToken"], sent.Params["InstanceEventCycleStatus.1"], sent.Params["EventPublishTime.Start"],
				sent.Params["NotBefore.Start"],
			}
			if want := []string{tc.sent, tc.stage, tc.published, tc.due}; !slices.Equal(got, want) {
				t.Errorf("%q asks for %q, want %q", tc.token, got, want)
			}
		}
	})
}

func TestAnEventIsToldForADayAfterItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := func(id string, age time.Duration) string {
			return fmt.Sprintf(`{"EventId":"e","InstanceId":%q,"EventFinishTime":%q}`, id, time.Now().Add(-age).UTC().Format(timeFormat))
		}
		body := `{"RequestId":"r","InstanceSystemEventSet":{"InstanceSystemEventType":[` + row("i-new", time.Hour) + `,` +
			row("i-old", 25*time.Hour) + `]}}`
		got, _, _ := asked(t, body, "events", "2:")
		if len(got) != 1 || got[0].InstanceID != "i-new" {
			t.Errorf("got %+v, want the event of i-new alone", got)
		}
	})
}

func TestAnAnswerWithoutAListIsNoEndOfTrouble(t *testing.T) {
	for _, body := range []string{`{"RequestId":"r"}`, `{"RequestId":"r","Instances":null,"InstanceSystemEventSet":null}`, `null`, `[]`} {
		d := testDriver(t, answering(200, body))
		for _, q := range d.Questions() {
			if _, err := d.DescribeNotices(t.Context(), "", q.Name, ""); !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %q: got %v, want ErrUnavailable", q.Name, body, err)
			}
		}
	}
	d := testDriver(t, answering(200, `{"RequestId":"r","TotalCount":0,"Instances":"","InstanceSystemEventSet":""}`))
	for _, q := range d.Questions() {
		page, err := d.DescribeNotices(t.Context(), "", q.Name, "")
		if err != nil {
			t.Errorf("%s: %v", q.Name, err)
		} else if len(page.Items) > 0 {
			t.Errorf("%s: got %v, want nothing", q.Name, page.Items)
		}
	}
	if _, err := d.DescribeNotices(t.Context(), "", "weather", ""); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("an unknown question: got %v, want ErrInvalid", err)
	}
}

// watched returns what a watch of some time yields, and changes the world meanwhile.
func watched(t *testing.T, c *provider.Client, most time.Duration, world func()) (got []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		world()
	}()
	for n, err := range notice.Watch(ctx, c, nil) {
		if err != nil {
			t.Error(err)
			break
		}
		got = append(got, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.Over, " ", n.RawKind))
	}
	<-done
	return got
}

func announce(t *testing.T, sim *cloudsim.Sim, n cloudsim.Notice) string {
	t.Helper()
	id, err := sim.Announce(cloudsim.ECS, n)
	if err != nil {
		t.Error(err)
	}
	return id
}

func TestAReclaimIsToldBeforeTheInstanceVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		id := running(t, c, provider.RunInstancesSpec{Billing: provider.Billing{Mode: provider.Spot}})[0]
		got := watched(t, c, 20*time.Minute, func() {
			time.Sleep(7 * time.Minute)
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Reclaim, InstanceID: id, Lead: 5 * time.Minute})
			time.Sleep(time.Minute)
			if lock := instance(t, c, id).Lock; lock != provider.LockReclaim {
				t.Errorf("the lock is %q, want reclaim", lock)
			}
		})
		want := []string{"reclaim  false Recycling", "reclaim  true Recycling"}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
		if left := len(sim.Instances(cloudsim.ECS)); left != 0 {
			t.Errorf("%d instances are left, want 0", left)
		}
	})
}

func TestMaintenanceGoesThroughItsStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 2})
		got := watched(t, c, 90*time.Minute, func() {
			for i, id := range ids {
				lead := time.Duration(i+1) * 30 * time.Minute
				announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: id, Lead: lead, Takes: 10 * time.Minute})
			}
			time.Sleep(35 * time.Minute)
			if s := instance(t, c, ids[0]).State; s != provider.StateStarting {
				t.Errorf("the state during the maintenance is %s, want starting", s)
			}
			if err := c.RebootInstances(t.Context(), "", ids[1:], nil); err != nil {
				t.Error(err)
			}
		})
		want := []string{
			"maintenance scheduled false SystemMaintenance.Reboot", "maintenance scheduled false SystemMaintenance.Reboot",
			"maintenance running false SystemMaintenance.Reboot", "maintenance avoided false SystemMaintenance.Reboot",
			"maintenance done false SystemMaintenance.Reboot",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
		if s := instance(t, c, ids[0]).State; s != provider.StateRunning {
			t.Errorf("the state afterwards is %s, want running", s)
		}
	})
}

func TestMaintenanceThatWasAnnouncedLongBeforeIsToldToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		id := running(t, c, provider.RunInstancesSpec{})[0]
		announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: id, Lead: 7 * 24 * time.Hour})
		time.Sleep(7*24*time.Hour - 20*time.Minute)
		got := watched(t, c, time.Hour, func() {})
		want := []string{"maintenance scheduled false SystemMaintenance.Reboot", "maintenance done false SystemMaintenance.Reboot"}
		got = slices.DeleteFunc(got, func(s string) bool { return s == "maintenance running false SystemMaintenance.Reboot" })
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
	})
}

func TestArrearsLocksAndFailuresAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		prepaid := provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
		paid, ids := running(t, c, provider.RunInstancesSpec{Billing: prepaid})[0], running(t, c, provider.RunInstancesSpec{Count: 4})
		var bill string
		got := watched(t, c, time.Hour, func() {
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: paid, Type: "InstanceExpiration.Stop"})
			bill = announce(t, sim, cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: ids[0]})
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Locked, InstanceID: ids[1]})
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Failure, InstanceID: ids[2], Takes: 2 * time.Minute})
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: ids[3]})
			time.Sleep(20 * time.Minute)
			if s := instance(t, c, ids[0]).State; s != provider.StateSuspended {
				t.Errorf("the state in arrears is %s, want suspended", s)
			}
			if err := sim.Withdraw(cloudsim.ECS, bill); err != nil {
				t.Error(err)
			}
		})
		slices.Sort(got)
		want := []string{
			"expired  false financial", "expired done false InstanceExpiration.Stop",
			"failure done false SystemFailure.Reboot", "late-failure done false SystemFailure.Delete",
			"locked  false security",
			"overdue  false financial", "overdue  true financial", "overdue done false AccountUnbalanced.Stop",
		}
		// The failure may be seen while it happens, or when it has happened.
		got = slices.DeleteFunc(got, func(s string) bool { return s == "failure running false SystemFailure.Reboot" })
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
		if s := instance(t, c, ids[0]).State; s != provider.StateRunning {
			t.Errorf("the state after the bill is paid is %s, want running", s)
		}
	})
}
