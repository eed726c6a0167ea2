package ens

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// asked returns one page of the answer to a question, and what was sent.
func asked(t *testing.T, body, question, token string) (got []notice.Notice, next string, params map[string]string) {
	t.Helper()
	d, sent := answering(t, 200, body)
	page, err := d.DescribeNotices(t.Context(), "", question, token)
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return page.Items, page.NextPage, businessParams(sent)
}

const expiredSample = `{"RequestId":"r","Code":0,"TotalCount":5,"PageNumber":1,"PageSize":50,"Instances":{"Instance":[
	{"InstanceId":"i-1","Status":"Expired","StatusDescrip":"why"},
	{"InstanceId":"i-2","Status":"Running"},
	{"InstanceId":"i-3","Status":null},
	{"InstanceId":null,"Status":"Expired"},
	{"InstanceId":"i-4","Status":"Expired","StatusDescrip":7,"ServiceStatus":"word"}]}}`

func TestOnlyExpiredInstancesAreTold(t *testing.T) {
	got, next, params := asked(t, expiredSample, "expired instances", "")
	want := []notice.Notice{
		{Kind: notice.Expired, InstanceID: "i-1", Region: "node-home", Reason: "why", RawKind: "Expired"},
		{Kind: notice.Expired, InstanceID: "i-4", Region: "node-home", Reason: "7", RawKind: "Expired"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if next != "" {
		t.Errorf("the next page is %q, want none", next)
	}
	if want := map[string]string{"EnsRegionId": "node-home", "Status": "Expired", "PageSize": "50"}; !maps.Equal(params, want) {
		t.Errorf("the parameters are %v, want %v", params, want)
	}
	wantTyped(t, "expired", &ens.DescribeInstancesRequest{}, params)
}

// The names and forms are those of the vendor's sample answer.
const eventsSample = `{"RequestId":"r","TotalCount":7,"PageNumber":1,"PageSize":10,"Events":[
	{"EventId":"e-1","EventType":"Instance:SystemMaintenance.Reboot","EventStatus":"Scheduled","EventLevel":"WARN","ResourceId":"i-1",
	 "NotBefore":1796083200000,"PublishTime":"1795996800000","Reason":"why","ExtendedAttribute":"{}"},
	{"EventId":"e-2","EventType":"Instance:SystemFailure.Redeploy","EventStatus":"Inquiring","ResourceId":"i-2","NotBefore":"soon"},
	{"EventId":"e-3","EventType":"Instance:SystemUpgrade.Migrate","EventStatus":"Executing","ResourceId":"i-3","NotBefore":null},
	{"EventId":"e-4","EventType":"Instance:RegionNetworkDown","EventStatus":"Failed","ResourceId":"i-4","NotBefore":-1},
	{"EventId":"e-5","EventType":"Instance:Something.New","EventStatus":"Paused","ResourceId":"i-5"},
	{"EventId":"e-6","EventType":["x"],"EventStatus":{},"ResourceId":"i-6"},
	{"EventId":"e-7","EventType":"Instance:RegionNetworkDown","EventStatus":"Executed","ResourceId":null}]}`

func TestEventsAreTranslated(t *testing.T) {
	got, next, params := asked(t, eventsSample, "events", "")
	want := []string{
		"maintenance scheduled i-1 e-1 Instance:SystemMaintenance.Reboot Scheduled",
		"failure asked i-2 e-2 Instance:SystemFailure.Redeploy Inquiring",
		"maintenance running i-3 e-3 Instance:SystemUpgrade.Migrate Executing",
		"failure  i-4 e-4 Instance:RegionNetworkDown Failed",
		"Instance:Something.New  i-5 e-5 Instance:Something.New Paused",
		`["x"]  i-6 e-6 ["x"] {}`,
	}
	var texts []string
	for _, n := range got {
		texts = append(texts, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.InstanceID, " ", n.EventID, " ", n.RawKind, " ", n.RawStage))
		if n.Region != "" {
			t.Errorf("%s is in %s, want no node: the answer does not say", n.InstanceID, n.Region)
		}
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
	if at := time.UnixMilli(1796083200000); !got[0].NotBefore.Equal(at) {
		t.Errorf("it happens no sooner than %v, want %v", got[0].NotBefore, at)
	}
	if at := time.UnixMilli(1795996800000); !got[0].Published.Equal(at) {
		t.Errorf("it was published at %v, want %v", got[0].Published, at)
	}
	if !got[1].NotBefore.IsZero() {
		t.Errorf("a word is the time %v, want none", got[1].NotBefore)
	}
	if next != "finished:" {
		t.Errorf("the next page is %q, want the first of the events that are over", next)
	}
	sent := map[string]string{
		"PageSize":    "50",
		"EventStatus": `["Inquiring","Scheduled","Executing"]`,
		"EventTypes": `["Instance:SystemFailure.Redeploy","Instance:SystemFailure.Reboot","Instance:SystemMaintenance.Redeploy",` +
			`"Instance:SystemMaintenance.Reboot","Instance:SystemUpgrade.Migrate","Instance:RegionNetworkDown"]`,
	}
	if !maps.Equal(params, sent) {
		t.Errorf("the parameters are %v, want %v", params, sent)
	}
}

func TestEventsThatAreOverComeAfterTheOthers(t *testing.T) {
	row := `{"EventId":"e-1","EventType":"Instance:RegionNetworkDown","EventStatus":"Executed","ResourceId":"i-1","PublishTime":%d,"NotBefore":%d}`
	list := `{"RequestId":"r","TotalCount":%d,"PageSize":1,"Events":[` + row + `]}`
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		day, hour := now.Add(-25*time.Hour).UnixMilli(), now.Add(-time.Hour).UnixMilli()
		for _, tc := range []struct {
			token, next, page string
			total             int
			published, due    int64
			told              int
		}{
			{"", "2", "", 2, hour, 0, 1},
			{"2", "finished:", "2", 2, hour, 0, 1},
			{"finished:", "finished:2", "", 2, hour, 0, 1},
			{"finished:2", "", "2", 2, day, hour, 1},
			{"finished:2", "", "2", 2, day, day, 0},
			{"finished:2", "", "2", 2, 0, 0, 1},
		} {
			got, next, params := asked(t, fmt.Sprintf(list, tc.total, tc.published, tc.due), "events", tc.token)
			if len(got) != tc.told {
				t.Errorf("%+v: %d events are told, want %d", tc, len(got), tc.told)
			}
			if next != tc.next {
				t.Errorf("%+v: the next page is %q", tc, next)
			}
			if params["PageNumber"] != tc.page {
				t.Errorf("%+v: the page is %q", tc, params["PageNumber"])
			}
		}
	})
}

func TestAnAnswerWithoutAListIsNoEndOfTrouble(t *testing.T) {
	for question, bodies := range map[string][]string{
		"expired instances": {`{"RequestId":"r"}`, `{"RequestId":"r","TotalCount":2,"Instances":{}}`, `{"RequestId":"r","Code":500}`, `<html>`, ``},
		"events":            {`{"RequestId":"r"}`, `{"RequestId":"r","TotalCount":2,"Events":null}`, `{"RequestId":"r","Events":[{}]}`, `<html>`, ``},
	} {
		for _, body := range bodies {
			d, _ := answering(t, 200, body)
			_, err := d.DescribeNotices(t.Context(), "", question, "")
			wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
		}
	}
	for question, body := range map[string]string{
		"expired instances": `{"RequestId":"r","Code":200,"TotalCount":0,"Instances":{"Instance":[]}}`,
		"events":            `{"RequestId":"r","TotalCount":0,"Events":[]}`,
	} {
		if got, _, _ := asked(t, body, question, ""); len(got) != 0 {
			t.Errorf("%s: got %+v, want nothing", question, got)
		}
	}
	d, _ := answering(t, 200, "")
	for question, token := range map[string]string{"other": "", "events": "x", "expired instances": "finished:"} {
		if _, err := d.DescribeNotices(t.Context(), "", question, token); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s, %q: got %v, want ErrInvalid", question, token, err)
		}
	}
}
