package tencent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// The names and forms are those of the vendor's reference.
const tasksSample = `{"Response":{"TotalCount":6,"RequestId":"req-1","RepairTaskInfoSet":[
	{"TaskId":"rep-1","InstanceId":"ins-1","Alias":null,"TaskTypeId":107,"TaskTypeName":"实例维护升级","TaskStatus":4,"DeviceStatus":4,
	 "OperateStatus":4,"CreateTime":"2026-11-30 10:00:00","AuthTime":"2026-12-01 02:00:00","EndTime":null,"TaskDetail":"why",
	 "Zone":"ap-guangzhou-3","Region":"region-1","Product":"CVM","AuthType":2,"AuthSource":"Waiting_auth"},
	{"TaskId":"rep-2","InstanceId":"ins-2","TaskTypeId":102,"TaskStatus":2,"CreateTime":"soon","Region":null},
	{"TaskId":"rep-3","InstanceId":"ins-3","TaskTypeId":101,"TaskStatus":1,"Region":"华南地区(广州)"},
	{"TaskId":"rep-4","InstanceId":"ins-4","TaskTypeId":104,"TaskStatus":2,"Region":"region-2"},
	{"TaskId":"rep-5","InstanceId":"ins-5","TaskTypeId":"108","TaskStatus":"7"},
	{"TaskId":"rep-6","InstanceId":null,"TaskTypeId":107,"TaskStatus":4}]}}`

func TestRepairTasksAreTranslated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{body: tasksSample}
		page, err := testDriver(t, r).DescribeNotices(t.Context(), "", "repair tasks", "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range page.Items {
			got = append(got, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.InstanceID, " ", n.EventID, " ", n.Region, " ", n.RawStage))
		}
		want := []string{
			"maintenance scheduled ins-1 rep-1 region-1 4",
			"failure running ins-2 rep-2 region-1 2",
			"maintenance asked ins-3 rep-3 region-1 1",
			"108  ins-5 rep-5 region-1 7",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		first := page.Items[0]
		if at := time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC); !first.NotBefore.Equal(at) {
			t.Errorf("it happens no sooner than %v, want %v", first.NotBefore, at)
		}
		if at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC); !first.Published.Equal(at) {
			t.Errorf("it was published at %v, want %v", first.Published, at)
		}
		if first.RawKind != "107 实例维护升级" {
			t.Errorf("the raw kind is %q, want the number and the name", first.RawKind)
		}
		if page.NextPage != "finished:" {
			t.Errorf("the next page is %q, want the one of tasks that are over", page.NextPage)
		}
		// StartDate is today without it: an open task of yesterday would be missed.
		start := time.Now().Add(-180 * 24 * time.Hour).In(china()).Format(taskForm)
		body := `{"Limit":100,"Offset":0,"Product":"CVM","TaskStatus":[1,2,4],"StartDate":"` + start + `"}`
		if r.texts[0] != body {
			t.Errorf("the request is %s, want %s", r.texts[0], body)
		}
	})
}

func TestTasksThatAreOverAreToldForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := func(age time.Duration) string { return time.Now().Add(-age).In(china()).Format(taskForm) }
		row := `{"TaskId":"rep-%d","InstanceId":"ins-%d","TaskTypeId":107,"TaskStatus":%d,"EndTime":"%s"}`
		r := &recorder{body: `{"Response":{"TotalCount":300,"RepairTaskInfoSet":[` + fmt.Sprintf(row, 1, 1, 3, ended(time.Hour)) + `,` +
			fmt.Sprintf(row, 2, 2, 6, ended(25*time.Hour)) + `,` + fmt.Sprintf(row, 3, 3, 5, "") + `]}}`}
		page, err := testDriver(t, r).DescribeNotices(t.Context(), "", "repair tasks", "finished:100")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range page.Items {
			got = append(got, fmt.Sprint(n.InstanceID, " ", n.Stage))
		}
		if want := []string{"ins-1 done", "ins-3 avoided"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if page.NextPage != "finished:103" {
			t.Errorf("the next page is %q, want finished:103", page.NextPage)
		}
		start := time.Now().Add(-30 * 24 * time.Hour).In(china()).Format(taskForm)
		body := `{"Limit":100,"Offset":100,"Product":"CVM","TaskStatus":[3,5,6],"StartDate":"` + start + `"}`
		if r.texts[0] != body {
			t.Errorf("the request is %s, want %s", r.texts[0], body)
		}
	})
}

func TestOnlyHeldInstancesAreTold(t *testing.T) {
	r := &recorder{body: `{"Response":{"TotalCount":8,"RequestId":"req-1","InstanceSet":[
		{"InstanceId":"ins-1","InstanceState":"SHUTDOWN","RestrictState":"EXPIRED","IsolatedSource":"EXPIRE","InstanceChargeType":"PREPAID"},
		{"InstanceId":"ins-2","InstanceState":"SHUTDOWN","RestrictState":"NORMAL","IsolatedSource":"ARREAR"},
		{"InstanceId":"ins-3","InstanceState":"SHUTDOWN","RestrictState":"NORMAL","IsolatedSource":"MANMADE"},
		{"InstanceId":"ins-4","InstanceState":"SHUTDOWN","RestrictState":"PROTECTIVELY_ISOLATED"},
		{"InstanceId":"ins-5","InstanceState":"LAUNCH_FAILED","LatestOperationErrorMsg":"no host"},
		{"InstanceId":"ins-6","InstanceState":"RUNNING"},
		{"InstanceState":"SHUTDOWN"},
		null]}}`}
	page, err := testDriver(t, r).DescribeNotices(t.Context(), "", "held instances", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range page.Items {
		got = append(got, fmt.Sprint(n.InstanceID, " ", n.Kind, " ", n.Stage, " ", n.RawKind, " ", n.Reason))
	}
	want := []string{
		"ins-1 expired  SHUTDOWN RestrictState EXPIRED, IsolatedSource EXPIRE",
		"ins-2 overdue  SHUTDOWN IsolatedSource ARREAR",
		"ins-3 recycled  SHUTDOWN IsolatedSource MANMADE",
		"ins-4 locked  SHUTDOWN RestrictState PROTECTIVELY_ISOLATED",
		"ins-5 late-failure done LAUNCH_FAILED no host",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	const body = `{"Filters":[{"Name":"instance-state","Values":["SHUTDOWN","LAUNCH_FAILED"]}],"Offset":0,"Limit":100}`
	if r.texts[0] != body {
		t.Errorf("the request is %s, want %s", r.texts[0], body)
	}
}

func TestAnAnswerWithoutAListIsNoEndOfTrouble(t *testing.T) {
	for _, body := range []string{
		`{"Response":{"RequestId":"r"}}`, `{"Response":{"RepairTaskInfoSet":null,"InstanceSet":null,"TotalCount":3}}`,
		`{"Response":{"RepairTaskInfoSet":["x"],"InstanceSet":["x"],"TotalCount":1}}`, `{}`, `null`,
	} {
		d := testDriver(t, always(200, body))
		for _, q := range d.Questions() {
			if _, err := d.DescribeNotices(t.Context(), "", q.Name, ""); !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %s: got %v, want ErrUnavailable", q.Name, body, err)
			}
		}
	}
	if _, err := testDriver(t, always(200, `{}`)).DescribeNotices(t.Context(), "", "weather", ""); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("an unknown question: got %v, want ErrInvalid", err)
	}
}

func TestReclaimsCannotBeWatched(t *testing.T) {
	c := clientOf(t, cloudsim.New(nil))
	for _, err := range notice.Watch(t.Context(), c, &notice.Options{Kinds: []notice.Kind{notice.Reclaim}}) {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v, want ErrUnsupported", err)
		}
	}
}

func TestWhatHappensToInstancesIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := clientOf(t, sim)
		prepaid := provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
		paid, ids := running(t, c, provider.RunInstancesSpec{Billing: prepaid, Count: 2}), running(t, c, provider.RunInstancesSpec{Count: 5})
		announce := func(n cloudsim.Notice) {
			if _, err := sim.Announce(cloudsim.CVM, n); err != nil {
				t.Error(err)
			}
		}
		announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[0], Lead: 30 * time.Minute, Takes: 10 * time.Minute})
		announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[1], Lead: 60 * time.Minute, Type: "101"})
		announce(cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[2], Asks: true})
		announce(cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: ids[3], Lead: 10 * time.Minute, Keep: 40 * time.Minute})
		announce(cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: ids[4], Reason: "no host"})
		announce(cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: paid[0]})
		announce(cloudsim.Notice{Kind: cloudsim.InRecycleBin, InstanceID: paid[1]})
		time.Sleep(24 * time.Hour) // the tasks of yesterday are told too
		announce(cloudsim.Notice{Kind: cloudsim.Failure, InstanceID: ids[2], Lead: 20 * time.Minute, Takes: 10 * time.Minute})
		go func() {
			time.Sleep(8 * time.Minute)
			if err := c.RebootInstances(t.Context(), "", ids[1:3], nil); err != nil {
				t.Error(err)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var got []string
		for n, err := range notice.Watch(ctx, c, nil) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.Over, " ", n.RawKind))
		}
		slices.Sort(got)
		want := []string{
			"expired  false SHUTDOWN", "failure done false 102 实例运行异常", "failure running false 102 实例运行异常",
			"failure scheduled false 102 实例运行异常", "late-failure done false LAUNCH_FAILED",
			"maintenance asked false 107 实例维护升级", "maintenance avoided false 107 实例维护升级",
			"maintenance done false 101 实例运行隐患", "maintenance done false 107 实例维护升级",
			"maintenance done true 107 实例维护升级", "recycled  false SHUTDOWN",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded\n%q, want\n%q", got, want)
		}
		if s := shown(t, c, paid[0]).State; s != provider.StateSuspended {
			t.Errorf("an expired instance is %s, want suspended", s)
		}
	})
}
