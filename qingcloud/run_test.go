package qingcloud

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestACreateReturnsItsIDsAndJob(t *testing.T) {
	d := mustDriver(t, testConfig(saying(200, `{"action":"RunInstancesResponse","instances":["i-1","i-2"],"job_id":"j-1","ret_code":0}`)))
	spec := minimalSpec()
	spec.Count = 2
	got, err := d.RunInstances(t.Context(), spec)
	if err != nil || !slices.Equal(got.InstanceIDs, []string{"i-1", "i-2"}) || got.JobID != "j-1" {
		t.Errorf("create = %+v, %v", got, err)
	}
}

// Whatever else is wrong with an answer, the servers it names exist.
func TestIDsAreNeverLost(t *testing.T) {
	for _, c := range []struct {
		name, body string
		count      int
		ids        []string
		clean      bool // no error
	}{
		{"fewer than asked", `{"ret_code":0,"instances":["i-1"]}`, 3, []string{"i-1"}, false},
		{"more than asked", `{"ret_code":0,"instances":["i-1","i-2"]}`, 1, []string{"i-1", "i-2"}, true},
		{"one twice", `{"ret_code":0,"instances":["i-1","i-1"]}`, 2, []string{"i-1"}, false},
		{"odd job", `{"ret_code":0,"instances":["i-1"],"job_id":{}}`, 1, []string{"i-1"}, true},
		{"odd element", `{"ret_code":0,"instances":["i-1",7,null,""]}`, 2, []string{"i-1"}, false},
		{"beside an ambiguous error", `{"ret_code":5100,"message":"busy","instances":["i-1"]}`, 1, []string{"i-1"}, false},
		{"beside a definite error", `{"ret_code":5200,"message":"no more","instances":["i-1"]}`, 2, []string{"i-1"}, false},
		{"without a code", `{"instances":["i-1"]}`, 1, []string{"i-1"}, false},
		{"with a code of another type", `{"ret_code":"0","instances":["i-1"]}`, 1, []string{"i-1"}, false},
		{"with an odd message", `{"ret_code":0,"message":[],"instances":["i-1"]}`, 1, []string{"i-1"}, true},
		{"none", `{"ret_code":0,"instances":[]}`, 1, nil, false},
		{"no list", `{"ret_code":0}`, 1, nil, false},
	} {
		spec := minimalSpec()
		spec.Count = c.count
		got, err := mustDriver(t, testConfig(saying(200, c.body))).RunInstances(t.Context(), spec)
		var ids []string
		if got != nil {
			ids = got.InstanceIDs
		}
		if !slices.Equal(ids, c.ids) {
			t.Errorf("%s: IDs = %q, want %q", c.name, ids, c.ids)
		}
		var e *provider.APIError
		if c.clean != (err == nil) || err != nil && (!errors.As(err, &e) || e.Outcome != provider.OutcomeUnknown) {
			t.Errorf("%s: error = %v, want clean %v or an unknown outcome", c.name, err, c.clean)
		}
	}
}

func TestPreviewShowsTheRequestAndNoSecret(t *testing.T) {
	spec := fullSpecs()["everything"]
	spec.Login = provider.Login{Password: testPass}
	m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
	d := mustDriver(t, testConfig(m))
	got, err := d.PreviewRun(spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.sent) != 0 {
		t.Error("a preview makes a call")
	}
	if got.Driver != Name || got.Action != "RunInstances" || got.Host != "api.qingcloud.com" {
		t.Errorf("preview is of %s %s at %s", got.Driver, got.Action, got.Host)
	}
	sent := wireOf(t, spec).Params
	for k, v := range sent {
		switch k {
		case "login_passwd", "userdata_value", "raw.1":
			v = "[redacted]"
		}
		if got.Params[k] != v {
			t.Errorf("preview of %s is %q, want %q", k, got.Params[k], v)
		}
	}
	if len(got.Params) != len(sent) {
		t.Errorf("preview has %d parameters, the request %d", len(got.Params), len(sent))
	}
}

func TestDescribeAsksForAllIDsOnOnePage(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instance_set":[`+documentedInstance+`],"total_count":1}`)
	d := mustDriver(t, testConfig(m))
	var ids []string
	for i := range 100 {
		ids = append(ids, "i-"+strconv.Itoa(i))
	}
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: "sh1", IDs: ids, Name: "ignored"})
	if err != nil || len(page.Instances) != 1 || page.NextPage != "" || page.Instances[0].Region != "sh1" {
		t.Fatalf("describe = %+v, %v", page, err)
	}
	q := m.sent[0].URL.Query()
	if q.Get("limit") != "100" || q.Get("zone") != "sh1" || q.Get("instances.1") != "i-0" || q.Get("instances.100") != "i-99" || q.Has("search_word") || q.Has("offset") {
		t.Errorf("asked with limit %q zone %q instances.100 %q search_word %q", q.Get("limit"), q.Get("zone"), q.Get("instances.100"), q.Get("search_word"))
	}
}

func TestNamesAreComparedByEquality(t *testing.T) {
	m := saying(200, `{"ret_code":0,"total_count":3,"instance_set":[{"instance_id":"i-1","instance_name":"web"},{"instance_id":"i-2","instance_name":"web-2"},{"instance_id":"i-web","instance_name":""}]}`)
	page, err := mustDriver(t, testConfig(m)).DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "web"})
	if err != nil || len(page.Instances) != 1 || page.Instances[0].ID != "i-1" {
		t.Errorf("servers named web: %+v, %v", page, err)
	}
	if q := m.sent[0].URL.Query(); q.Get("search_word") != "web" || q.Get("zone") != "pek3a" {
		t.Errorf("searched for %q in %q", q.Get("search_word"), q.Get("zone"))
	}
}

func TestPagesFollowTheTotal(t *testing.T) {
	var rows []string
	for i := range 250 {
		rows = append(rows, fmt.Sprintf(`{"instance_id":"i-%d","instance_name":"a"}`, i))
	}
	for _, total := range []string{`"total_count":250,`, ``, `"total_count":"250",`, `"total_count":{},`, `"total_count":0,`} {
		m := &memory{answer: func(r *http.Request) (*http.Response, error) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			return response(200, `{"ret_code":0,`+total+`"instance_set":[`+strings.Join(rows[offset:min(offset+100, 250)], ",")+`]}`), nil
		}}
		d := mustDriver(t, testConfig(m))
		seen, req := map[string]bool{}, &provider.DescribeRequest{Name: "a"}
		for len(m.sent) < 10 {
			page, err := d.DescribeInstances(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range page.Instances {
				seen[i.ID] = true
			}
			if req.PageToken = page.NextPage; req.PageToken == "" {
				break
			}
		}
		if len(seen) != 250 || len(m.sent) != 3 {
			t.Errorf("with %q %d of 250 servers are found in %d pages, want 3", total, len(seen), len(m.sent))
		}
	}
}

func TestAPageThatContradictsItselfIsShort(t *testing.T) {
	two := &provider.DescribeRequest{IDs: []string{"i-1", "i-2"}}
	list, later := &provider.DescribeRequest{}, &provider.DescribeRequest{PageToken: "10"}
	rows := func(total string, ids ...string) string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = fmt.Sprintf(`{"instance_id":%q}`, id)
		}
		return fmt.Sprintf(`{"ret_code":0,%s"instance_set":[%s]}`, total, strings.Join(list, ","))
	}
	for name, c := range map[string]struct {
		req  *provider.DescribeRequest
		body string
		want bool
	}{
		"by IDs, all":            {two, rows(`"total_count":2,`, "i-2", "i-1"), false},
		"by IDs, one absent":     {two, rows(`"total_count":1,`, "i-1"), false},
		"by IDs, no total":       {two, rows("", "i-1"), false},
		"by IDs, more counted":   {two, rows(`"total_count":2,`, "i-1"), true},
		"by IDs, fewer counted":  {two, rows(`"total_count":1,`, "i-1", "i-2"), true},
		"by IDs, counted, none":  {two, rows(`"total_count":2,`), true},
		"by IDs, twice":          {two, rows(`"total_count":2,`, "i-1", "i-1"), true},
		"by IDs, another":        {two, rows(`"total_count":1,`, "i-9"), true},
		"a list":                 {list, rows(`"total_count":1,`, "i-1"), false},
		"a list, no total":       {list, rows("", "i-1"), false},
		"a list, twice":          {list, rows(`"total_count":2,`, "i-1", "i-1"), true},
		"a list, counted, none":  {list, rows(`"total_count":25,`), true},
		"a list, fewer counted":  {list, rows(`"total_count":0,`, "i-1"), true},
		"a list that goes on":    {list, rows(`"total_count":25,`, "i-1"), false},
		"its last page":          {later, rows(`"total_count":11,`, "i-1"), false},
		"its last page, none":    {later, rows(`"total_count":11,`), true},
		"a list that shrank":     {later, rows(`"total_count":3,`), true},
		"a list ends just there": {later, rows(`"total_count":10,`), false},
	} {
		page, err := mustDriver(t, testConfig(saying(200, c.body))).DescribeInstances(t.Context(), c.req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if page.Short != c.want {
			t.Errorf("%s: short is %v, want %v", name, page.Short, c.want)
		}
	}
}

// The beginning of an answer names instances that exist. Half an ID is none.
func TestIDsOfAnAnswerThatEndsEarlyAreKept(t *testing.T) {
	for body, want := range map[string][]string{
		`{"ret_code":0,"job_id":"j-1","instances":["i-1","i-2","i-`: {"i-1", "i-2"},
		`{"ret_code":0,"job_id":"j-1","instances":["i-1"`:           {"i-1"},
		`{"ret_code":0,"job_id":"j-1","instances":["i-1`:            nil,
		`{"ret_code":0,"job_id":"j-1"`:                              nil,
	} {
		cut := &memory{answer: func(*http.Request) (*http.Response, error) {
			resp := response(200, "")
			resp.ContentLength = int64(len(body)) + 100
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return resp, nil
		}}
		for name, rt := range map[string]*memory{"cut": cut, "short": saying(200, body)} {
			spec := minimalSpec()
			spec.Count = 3
			got, err := mustDriver(t, testConfig(rt)).RunInstances(t.Context(), spec)
			var e *provider.APIError
			if !errors.As(err, &e) || e.Outcome != provider.OutcomeUnknown || e.Kind != provider.ErrUnavailable {
				t.Errorf("%s, %s: got %v, want ErrUnavailable, unknown", name, body, err)
			}
			if name == "cut" && !strings.Contains(err.Error(), "HTTP 200, the answer ended early: unexpected EOF") {
				t.Errorf("%s: told as %v", body, err)
			}
			if want == nil && got != nil {
				t.Errorf("%s, %s: got %+v, want nothing", name, body, got)
			}
			if want == nil {
				continue
			}
			if got == nil || !slices.Equal(got.InstanceIDs, want) || got.JobID != "j-1" {
				t.Errorf("%s, %s: got %+v, want %v of j-1", name, body, got, want)
			}
		}
	}
}

// A loop that never ends is worse than a page that is short.
func TestAnEmptyPageIsTheLast(t *testing.T) {
	page, err := mustDriver(t, testConfig(saying(200, `{"ret_code":0,"total_count":500,"instance_set":[]}`))).DescribeInstances(t.Context(), &provider.DescribeRequest{PageToken: "100"})
	if err != nil || page.NextPage != "" {
		t.Errorf("after an empty page comes %+v, %v", page, err)
	}
}

func TestADescribeThatSaysNothingIsNoProofOfAbsence(t *testing.T) {
	for _, c := range []struct {
		body string
		ok   bool
	}{
		{`{"ret_code":0,"instance_set":[]}`, true},
		{`{"ret_code":0,"instance_set":[],"total_count":0}`, true},
		{`{"ret_code":0,"instance_set":null,"total_count":0}`, true},
		{`{"ret_code":0,"instance_set":null}`, false},
		{`{"ret_code":0}`, false},
		{`{"ret_code":0,"total_count":3}`, false},
		{`{"ret_code":0,"instance_set":"none"}`, false},
		{`{"ret_code":0,"instance_set":[{"status":"running"}]}`, false},
	} {
		page, err := mustDriver(t, testConfig(saying(200, c.body))).DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "a"})
		if c.ok && (err != nil || len(page.Instances) != 0) || !c.ok && !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: page %+v, error %v", c.body, page, err)
		}
	}
}

func TestAnUnknownIDIsAbsentEvenWhenTheCloudRefusesIt(t *testing.T) {
	d := mustDriver(t, testConfig(saying(200, `{"ret_code":2100,"message":"ResourceNotFound"}`)))
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	if err != nil || len(page.Instances) != 0 {
		t.Errorf("one unknown ID: %+v, %v, want an empty page", page, err)
	}
	// Of several, nobody knows which: the caller has to ask one by one.
	if _, err = d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1", "i-2"}}); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("two IDs, one unknown: error = %v, want ErrNotFound", err)
	}
}

func TestRequestsThatMakeNoSenseAreNotSent(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instance_set":[]}`)
	d := mustDriver(t, testConfig(m))
	many := slices.Repeat([]string{"i-1"}, 101)
	describe := func(r provider.DescribeRequest) error {
		_, err := d.DescribeInstances(t.Context(), &r)
		return err
	}
	for name, err := range map[string]error{
		"101 IDs":           describe(provider.DescribeRequest{IDs: many}),
		"tags":              describe(provider.DescribeRequest{Tags: map[string]string{"a": "b"}}),
		"strange page":      describe(provider.DescribeRequest{PageToken: "abc"}),
		"negative page":     describe(provider.DescribeRequest{PageToken: "-100"}),
		"terminate 101":     d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: many}),
		"terminate nothing": d.TerminateInstances(t.Context(), &provider.TerminateRequest{}),
	} {
		if f := (*provider.FieldError)(nil); !errors.As(err, &f) {
			t.Errorf("%s: error = %v, want one that names the field", name, err)
		}
	}
	if len(m.sent) != 0 {
		t.Errorf("%d of them were sent", len(m.sent))
	}
}

func TestTerminateSkipsTheRecycleBin(t *testing.T) {
	m := saying(200, `{"action":"TerminateInstancesResponse","job_id":"j-1","ret_code":0}`)
	err := mustDriver(t, testConfig(m)).TerminateInstances(t.Context(), &provider.TerminateRequest{Region: "gd2", IDs: []string{"i-1", "i-2"}})
	q := m.sent[0].URL.Query()
	if err != nil || q.Get("action") != "TerminateInstances" || q.Get("direct_cease") != "1" || q.Get("instances.1") != "i-1" || q.Get("instances.2") != "i-2" || q.Get("zone") != "gd2" {
		t.Errorf("terminate: error %v, direct_cease %q, instances.2 %q, zone %q", err, q.Get("direct_cease"), q.Get("instances.2"), q.Get("zone"))
	}
}

func TestTerminateEmptiesTheRecycleBin(t *testing.T) {
	m := saying(200, `{"action":"CeaseInstancesResponse","job_id":"j-1","ret_code":0}`)
	err := mustDriver(t, testConfig(m)).TerminateInstances(t.Context(), &provider.TerminateRequest{Region: "gd2", IDs: []string{"i-1", "i-2"}, Recycled: true})
	q := m.sent[0].URL.Query()
	if err != nil || q.Get("action") != "CeaseInstances" || q.Has("direct_cease") || q.Get("instances.1") != "i-1" || q.Get("instances.2") != "i-2" || q.Get("zone") != "gd2" {
		t.Errorf("cease: error %v, action %q, direct_cease %q, instances.2 %q, zone %q", err, q.Get("action"), q.Get("direct_cease"), q.Get("instances.2"), q.Get("zone"))
	}
}

// One server runs, one lies in the recycle bin: each needs another call.
func TestAClientLooksIntoTheRecycleBinFirst(t *testing.T) {
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("action") == "DescribeInstances" {
			return response(200, `{"ret_code":0,"total_count":2,"instance_set":[{"instance_id":"i-1","status":"running"},{"instance_id":"i-2","status":"terminated"}]}`), nil
		}
		return response(200, `{"ret_code":0,"job_id":"j-1"}`), nil
	}}
	c, err := New(testConfig(m))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.TerminateInstances(t.Context(), "", []string{"i-1", "i-2"}, nil); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range m.sent[1:] {
		q := r.URL.Query()
		got[q.Get("action")] += q.Get("instances.1") + q.Get("instances.2")
	}
	if len(got) != 2 || got["TerminateInstances"] != "i-1" || got["CeaseInstances"] != "i-2" {
		t.Errorf("the servers are released by %v, want TerminateInstances for i-1 and CeaseInstances for i-2", got)
	}
}

func TestATerminateWithoutAClearAnswerIsNoSuccess(t *testing.T) {
	for _, body := range []string{``, `null`, `{}`, `[]`, `<html>`, `{"ret_code":"1400"}`, `{"ret_code":`} {
		for _, recycled := range []bool{false, true} {
			err := mustDriver(t, testConfig(saying(200, body))).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Recycled: recycled})
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%q, recycled %v: error = %v, want ErrUnavailable", body, recycled, err)
			}
		}
	}
}
