package qingcloud

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// asked returns one page of the answer to a question, and what was sent.
func asked(t *testing.T, body, question, token string) (got []notice.Notice, next, sent string) {
	t.Helper()
	m := saying(200, body)
	page, err := mustDriver(t, testConfig(m)).DescribeNotices(t.Context(), "", question, token)
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return page.Items, page.NextPage, ownParams(m.sent[0].URL.Query())
}

func TestOnlySuspendedInstancesAreTold(t *testing.T) {
	got, next, sent := asked(t, `{"ret_code":0,"total_count":300,"instance_set":[
		{"instance_id":"i-1","status":"suspended","transition_status":""},
		{"instance_id":"i-2","status":"suspended","transition_status":"resuming"},
		{"instance_id":"i-3","status":"running","transition_status":null},
		{"instance_id":"i-4","status":"running","transition_status":"suspending"},
		{"instance_id":"i-5","status":{"a":1}},
		{"status":"suspended"}]}`, "suspended instances", "100")
	want := []notice.Notice{
		{Kind: notice.Overdue, InstanceID: "i-1", Region: "pek3a", RawKind: "suspended"},
		{Kind: notice.Overdue, InstanceID: "i-4", Region: "pek3a", RawKind: "running/suspending"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if next != "106" {
		t.Errorf("the next page is %q, want 106", next)
	}
	if want := "action=DescribeInstances&limit=100&offset=100&status.1=suspended&zone=pek3a"; sent != want {
		t.Errorf("sent %s, want %s", sent, want)
	}
}

func TestFailedCreatesAreTold(t *testing.T) {
	const row = `{"job_id":"j-%d","job_action":"%s","status":"%s","resource_ids":%s,"status_time":"%s","error_codes":"5200"}`
	synctest.Test(t, func(t *testing.T) {
		hour, old := time.Now().Add(-time.Hour).UTC(), time.Now().Add(-25*time.Hour).UTC()
		at := hour.Format(time.RFC3339)
		rows := fmt.Sprintf(row+","+row+","+row+","+row+","+row+`,{"job_id":"j-6","status":"failed"}`,
			1, "RunInstances", "failed", `"i-1 i-2 vxnet-0"`, at,
			2, "StopInstances", "failed", `"i-3"`, at,
			3, "RunInstances", "failed", `"i-4"`, old.Format(time.RFC3339),
			4, "RunInstances", "successful", `"i-5"`, at,
			5, "RunInstances", "failed", `["i-6","i-7"]`, "soon")
		got, next, sent := asked(t, `{"ret_code":0,"total_count":6,"job_set":[`+rows+`]}`, "failed jobs", "")
		var texts []string
		for _, n := range got {
			texts = append(texts, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.InstanceID, " ", n.EventID, " ", n.Reason, " ", n.Region))
		}
		want := []string{
			"late-failure done i-1 j-1 5200 pek3a", "late-failure done i-2 j-1 5200 pek3a",
			"late-failure done i-6 j-5 5200 pek3a", "late-failure done i-7 j-5 5200 pek3a",
		}
		if !slices.Equal(texts, want) {
			t.Errorf("got %q, want %q", texts, want)
		}
		if !got[0].Published.Equal(hour.Truncate(time.Second)) {
			t.Errorf("it failed at %v, want %v", got[0].Published, hour)
		}
		if next != "" {
			t.Errorf("the next page is %q, want none", next)
		}
		if want := "action=DescribeJobs&limit=100&status.1=failed&zone=pek3a"; sent != want {
			t.Errorf("sent %s, want %s", sent, want)
		}
	})
}

func TestAnAnswerWithoutAListIsNoEndOfTrouble(t *testing.T) {
	for _, question := range []string{"suspended instances", "failed jobs"} {
		for _, body := range []string{
			`{"ret_code":0}`, `{"ret_code":0,"total_count":2}`, `{}`, `<html>`, ``,
			`{"ret_code":0,"job_set":[{}],"instance_set":[{}]}`, `{"ret_code":5000,"message":"no"}`,
		} {
			_, err := mustDriver(t, testConfig(saying(200, body))).DescribeNotices(t.Context(), "", question, "")
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %s: got %v, want ErrUnavailable", question, body, err)
			}
		}
		got, _, _ := asked(t, `{"ret_code":0,"total_count":0,"job_set":[],"instance_set":[]}`, question, "")
		if len(got) != 0 {
			t.Errorf("%s: got %+v, want nothing", question, got)
		}
	}
	d := mustDriver(t, testConfig(failing(errors.New("no network"))))
	for question, token := range map[string]string{"other": "", "failed jobs": "x"} {
		if _, err := d.DescribeNotices(t.Context(), "", question, token); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s, %q: got %v, want ErrInvalid", question, token, err)
		}
	}
}
