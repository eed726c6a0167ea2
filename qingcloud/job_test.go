package qingcloud

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func jobs(rows string) string { return `{"ret_code":0,"total_count":1,"job_set":[` + rows + `]}` }

func TestAJobSaysWhetherACreateHasFailed(t *testing.T) {
	for _, c := range []struct {
		row  string
		done bool
		kind error
		code string
	}{
		{`"status":"pending"`, false, nil, ""},
		{`"status":"working"`, false, nil, ""},
		{`"status":"updating"`, false, nil, ""},
		{`"status":null`, false, nil, ""},
		{`"status":{"a":1}`, false, nil, ""},
		{`"status":"successful","error_codes":""`, true, nil, ""},
		{`"status":"successful","resource_ids":["i-1"],"owner":7`, true, nil, ""},
		{`"status":"failed","error_codes":"5200"`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":5200`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":[5200]`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":"i-1:2400,i-2:5000"`, true, provider.ErrBalance, "2400"},
		{`"status":"done with failure","error_codes":"2500"`, true, provider.ErrQuota, "2500"},
		{`"status":"failed","error_codes":"5000"`, true, provider.ErrUnavailable, "5000"},
		{`"status":"failed","error_codes":{"i-1234abcd":"5200"}`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":"i-12345678,5200"`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":[{"code":9999},{"code":"2400"}]`, true, provider.ErrBalance, "2400"},
		{`"status":"Failed","error_codes":"5200"`, true, provider.ErrNoStock, "5200"},
		{`"status":"failed","error_codes":"1400"`, true, provider.ErrPermission, "1400"},
	} {
		m := saying(200, jobs(`{"job_id":"j-2","status":"failed"},{"job_id":"j-1","job_action":"RunInstances",`+c.row+`}`))
		done, failure, err := mustDriver(t, testConfig(m)).DescribeJob(t.Context(), "", "j-1")
		if err != nil {
			t.Errorf("%s: got error %v, want none", c.row, err)
		}
		if done != c.done {
			t.Errorf("%s: done is %v, want %v", c.row, done, c.done)
		}
		if c.kind == nil {
			if failure != nil {
				t.Errorf("%s: got failure %v, want none", c.row, failure)
			}
			continue
		}
		var e *provider.APIError
		if !errors.As(failure, &e) {
			t.Fatalf("%s: got failure %v, want a %T", c.row, failure, e)
		}
		if e.Kind != c.kind {
			t.Errorf("%s: Kind is %v, want %v", c.row, e.Kind, c.kind)
		}
		if e.Code != c.code {
			t.Errorf("%s: Code is %q, want %q", c.row, e.Code, c.code)
		}
		if e.Outcome != unknown {
			t.Errorf("%s: Outcome is %v, want %v", c.row, e.Outcome, unknown)
		}
		if !strings.Contains(e.Message, "j-1") {
			t.Errorf("%s: Message is %q, want it to name the job", c.row, e.Message)
		}
	}
}

// A failed job without a code is a failure, of a kind that is not known.
func TestAFailedJobWithoutACodeIsAFailure(t *testing.T) {
	for _, codes := range []string{`""`, `null`, `[]`, `"disk"`} {
		m := saying(200, jobs(`{"job_id":"j-1","status":"failed","error_codes":`+codes+`}`))
		done, failure, err := mustDriver(t, testConfig(m)).DescribeJob(t.Context(), "", "j-1")
		var e *provider.APIError
		if err != nil {
			t.Errorf("%s: got error %v, want none", codes, err)
		}
		if !done {
			t.Errorf("%s: done is false, want true", codes)
		}
		if !errors.As(failure, &e) {
			t.Fatalf("%s: got failure %v, want a %T", codes, failure, e)
		}
		if e.Kind != nil {
			t.Errorf("%s: Kind is %v, want nil", codes, e.Kind)
		}
	}
}

func TestAJobThatCannotBeReadIsNoFailure(t *testing.T) {
	for body, want := range map[string]error{
		`{"ret_code":2100,"message":"ResourceNotFound, job [j-1] is not found"}`: provider.ErrNotFound,
		`{"ret_code":2500,"message":"QuotasExceeded"}`:                           provider.ErrThrottled,
		`{"ret_code":1400,"message":"PermissionDenied, no"}`:                     provider.ErrPermission,
		`{"ret_code":0}`: provider.ErrUnavailable,
		jobs(``):         provider.ErrUnavailable,
		jobs(`{"job_id":"j-2","status":"failed"}`):       provider.ErrUnavailable,
		jobs(`{"job_id":{"a":1},"status":"failed"},"?"`): provider.ErrUnavailable,
		`<html>`: provider.ErrUnavailable,
	} {
		done, failure, err := mustDriver(t, testConfig(saying(200, body))).DescribeJob(t.Context(), "", "j-1")
		if !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", body, err, want)
		}
		if done {
			t.Errorf("%s: done is true, want false", body)
		}
		if failure != nil {
			t.Errorf("%s: got failure %v, want none", body, failure)
		}
	}
}

func TestAJobIsAskedForByItsIDInItsZone(t *testing.T) {
	m := saying(200, jobs(`{"job_id":"j-1","status":"working"}`))
	d := mustDriver(t, testConfig(m))
	if _, _, err := d.DescribeJob(t.Context(), "gd2", "j-1"); err != nil {
		t.Fatal(err)
	}
	if got, want := ownParams(m.sent[0].URL.Query()), "action=DescribeJobs&jobs.1=j-1&zone=gd2"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	if _, _, err := d.DescribeJob(t.Context(), "gd2", ""); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("without an ID: got error %v, want %v", err, provider.ErrInvalid)
	}
}

// Against the simulator: instances that stay pending although their job has failed.
func TestASimulatedJobFailsWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Code: "5200", Delay: time.Hour})
		cfg := testConfig(sim.Transport())
		cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
		d := mustDriver(t, cfg)
		got, err := d.RunInstances(t.Context(), minimalSpec())
		if err != nil {
			t.Fatal(err)
		}
		if done, _, err := d.DescribeJob(t.Context(), "", got.JobID); done || err != nil {
			t.Errorf("at once: got done %v and error %v, want neither", done, err)
		}
		time.Sleep(3 * time.Second)
		_, failure, err := d.DescribeJob(t.Context(), "", got.JobID)
		if err != nil {
			t.Errorf("later: got error %v, want none", err)
		}
		if !errors.Is(failure, provider.ErrNoStock) {
			t.Errorf("later: got failure %v, want %v", failure, provider.ErrNoStock)
		}
	})
}
