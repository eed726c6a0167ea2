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
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !slices.Equal(got.InstanceIDs, []string{"i-1", "i-2"}) {
		t.Errorf("InstanceIDs is %v, want %v", got.InstanceIDs, []string{"i-1", "i-2"})
	} else if got.JobID != "j-1" {
		t.Errorf(`JobID is %q, want "j-1"`, got.JobID)
	}
}

// Whatever else is wrong with an answer, the instances it names exist.
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
		{"with a code as text", `{"ret_code":"0","instances":["i-1"]}`, 1, []string{"i-1"}, true},
		{"with a code as fraction", `{"ret_code":0.0,"instances":["i-1"]}`, 1, []string{"i-1"}, true},
		{"with a code of another type", `{"ret_code":[0],"instances":["i-1"]}`, 1, []string{"i-1"}, false},
		{"list as text", `{"ret_code":0,"instances":"i-1"}`, 1, []string{"i-1"}, true},
		{"objects", `{"ret_code":0,"instances":[{"instance_id":"i-1","status":{}},{"instance_id":"i-2"}]}`, 2, []string{"i-1", "i-2"}, true},
		{"one object", `{"ret_code":0,"instances":{"instance_id":"i-1"}}`, 1, []string{"i-1"}, true},
		{"deeper", `{"ret_code":0,"data":{"instances":["i-1"],"job_id":"j-1"}}`, 1, []string{"i-1"}, false},
		{"cut off between objects", `{"ret_code":0,"instances":[{"instance_id":"i-1","status":"pending"},{"inst`, 2, []string{"i-1"}, false},
		{"job as number", `{"ret_code":0,"instances":["i-1"],"job_id":7}`, 1, []string{"i-1"}, true},
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
		if clean := err == nil; clean != c.clean {
			t.Errorf("%s: got error %v, want none: %v", c.name, err, c.clean)
		}
		if open := errors.As(err, &e) && e.Outcome == provider.OutcomeUnknown; open == c.clean {
			t.Errorf("%s: the outcome of %v is open: %v, want %v", c.name, err, open, !c.clean)
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
	if got.Driver != Name {
		t.Errorf("Driver is %v, want %v", got.Driver, Name)
	}
	if got.Action != "RunInstances" {
		t.Errorf(`Action is %q, want "RunInstances"`, got.Action)
	}
	if got.Host != "api.qingcloud.com" {
		t.Errorf(`Host is %q, want "api.qingcloud.com"`, got.Host)
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
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	if len(page.Instances) != 1 {
		t.Fatalf("len(Instances) is %d, want 1", len(page.Instances))
	}
	if page.NextPage != "" {
		t.Fatalf(`NextPage is %q, want ""`, page.NextPage)
	}
	if page.Instances[0].Region != "sh1" {
		t.Fatalf(`page.Instances[0].Region is %q, want "sh1"`, page.Instances[0].Region)
	}
	q := m.sent[0].URL.Query()
	if got := q.Get("limit"); got != "100" {
		t.Errorf(`limit is %q, want "100"`, got)
	}
	if got := q.Get("zone"); got != "sh1" {
		t.Errorf(`zone is %q, want "sh1"`, got)
	}
	if got := q.Get("instances.1"); got != "i-0" {
		t.Errorf(`instances.1 is %q, want "i-0"`, got)
	}
	if got := q.Get("instances.100"); got != "i-99" {
		t.Errorf(`instances.100 is %q, want "i-99"`, got)
	}
	if q.Has("search_word") {
		t.Error(`q.Has("search_word") is true, want false`)
	}
	if q.Has("offset") {
		t.Error(`q.Has("offset") is true, want false`)
	}
}

func TestNamesAreComparedByEquality(t *testing.T) {
	m := saying(200, `{"ret_code":0,"total_count":3,"instance_set":[{"instance_id":"i-1","instance_name":"web"},{"instance_id":"i-2","instance_name":"web-2"},{"instance_id":"i-web","instance_name":""}]}`)
	page, err := mustDriver(t, testConfig(m)).DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "web"})
	if err != nil {
		t.Errorf("instances named web: got error %v, want none", err)
	} else if len(page.Instances) != 1 {
		t.Errorf("instances named web: len(Instances) is %d, want 1", len(page.Instances))
	} else if page.Instances[0].ID != "i-1" {
		t.Errorf(`instances named web: page.Instances[0].ID is %q, want "i-1"`, page.Instances[0].ID)
	}
	if q := m.sent[0].URL.Query(); q.Get("search_word") != "web" {
		t.Errorf(`search_word is %q, want "web"`, q.Get("search_word"))
	} else if got := q.Get("zone"); got != "pek3a" {
		t.Errorf(`zone is %q, want "pek3a"`, got)
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
		if len(seen) != 250 {
			t.Errorf("%v: len(seen) is %d, want 250", total, len(seen))
		}
		if len(m.sent) != 3 {
			t.Errorf("%v: len(m.sent) is %d, want 3", total, len(m.sent))
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
			if !errors.As(err, &e) {
				t.Errorf("%s, %s: got error %v, want a %T", name, body, err, e)
			} else if e.Outcome != provider.OutcomeUnknown {
				t.Errorf("%s, %s: Outcome is %v, want %v", name, body, e.Outcome, provider.OutcomeUnknown)
			} else if e.Kind != provider.ErrUnavailable {
				t.Errorf("%s, %s: Kind is %v, want %v", name, body, e.Kind, provider.ErrUnavailable)
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
			if got == nil {
				t.Errorf("%s, %s: got is nil, want a value", name, body)
			} else if !slices.Equal(got.InstanceIDs, want) {
				t.Errorf("%s, %s: InstanceIDs is %v, want %v", name, body, got.InstanceIDs, want)
			} else if got.JobID != "j-1" {
				t.Errorf(`%s, %s: JobID is %q, want "j-1"`, name, body, got.JobID)
			}
		}
	}
}

// A loop that never ends is worse than a page that is short.
func TestAnEmptyPageIsTheLast(t *testing.T) {
	page, err := mustDriver(t, testConfig(saying(200, `{"ret_code":0,"total_count":500,"instance_set":[]}`))).DescribeInstances(t.Context(), &provider.DescribeRequest{PageToken: "100"})
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if page.NextPage != "" {
		t.Errorf(`NextPage is %q, want ""`, page.NextPage)
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
	} {
		page, err := mustDriver(t, testConfig(saying(200, c.body))).DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "a"})
		if failed := errors.Is(err, provider.ErrUnavailable); failed == c.ok {
			t.Errorf("%s: got error %v, want %v: %v", c.body, err, provider.ErrUnavailable, !c.ok)
		}
		if !c.ok {
			continue
		}
		if err != nil {
			t.Fatalf("%s: got error %v, want none", c.body, err)
		}
		if n := len(page.Instances); n != 0 {
			t.Errorf("%s: got %d instances, want none", c.body, n)
		}
	}
}

// An instance without an ID that can be read is somebody: the page proves nothing.
func TestARowWithoutAReadableIDMakesThePageShort(t *testing.T) {
	for _, row := range []string{`{"status":"running"}`, `{"instance_id":null}`, `{"instance_id":{}}`, `"?"`, `null`, `7`} {
		for _, good := range []string{"", `,{"instance_id":"i-2","status":"running"}`} {
			body := `{"ret_code":0,"instance_set":[` + row + good + `]}`
			d := mustDriver(t, testConfig(saying(200, body)))
			page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
			if err != nil {
				t.Fatalf("%s: got error %v, want none", body, err)
			}
			if !page.Short {
				t.Errorf("%s: Short is false, want true", body)
			}
			if want := min(len(good), 1); len(page.Instances) != want {
				t.Errorf("%s: got %d instances, want %d", body, len(page.Instances), want)
			}
		}
	}
}

func TestAnUnknownIDIsAbsentEvenWhenTheCloudRefusesIt(t *testing.T) {
	d := mustDriver(t, testConfig(saying(200, `{"ret_code":2100,"message":"ResourceNotFound"}`)))
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	if err != nil {
		t.Errorf("one unknown ID: got error %v, want none", err)
	} else if len(page.Instances) != 0 {
		t.Errorf("one unknown ID: len(Instances) is %d, want 0", len(page.Instances))
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
	if err != nil {
		t.Errorf("terminate: got error %v, want none", err)
	} else if got := q.Get("action"); got != "TerminateInstances" {
		t.Errorf(`terminate: action is %q, want "TerminateInstances"`, got)
	} else if got := q.Get("direct_cease"); got != "1" {
		t.Errorf(`terminate: direct_cease is %q, want "1"`, got)
	} else if got := q.Get("instances.1"); got != "i-1" {
		t.Errorf(`terminate: instances.1 is %q, want "i-1"`, got)
	} else if got := q.Get("instances.2"); got != "i-2" {
		t.Errorf(`terminate: instances.2 is %q, want "i-2"`, got)
	} else if got := q.Get("zone"); got != "gd2" {
		t.Errorf(`terminate: zone is %q, want "gd2"`, got)
	}
}

func TestTerminateEmptiesTheRecycleBin(t *testing.T) {
	m := saying(200, `{"action":"CeaseInstancesResponse","job_id":"j-1","ret_code":0}`)
	err := mustDriver(t, testConfig(m)).TerminateInstances(t.Context(), &provider.TerminateRequest{Region: "gd2", IDs: []string{"i-1", "i-2"}, Recycled: true})
	q := m.sent[0].URL.Query()
	if err != nil {
		t.Errorf("cease: got error %v, want none", err)
	} else if got := q.Get("action"); got != "CeaseInstances" {
		t.Errorf(`cease: action is %q, want "CeaseInstances"`, got)
	} else if q.Has("direct_cease") {
		t.Error(`cease: q.Has("direct_cease") is true, want false`)
	} else if got := q.Get("instances.1"); got != "i-1" {
		t.Errorf(`cease: instances.1 is %q, want "i-1"`, got)
	} else if got := q.Get("instances.2"); got != "i-2" {
		t.Errorf(`cease: instances.2 is %q, want "i-2"`, got)
	} else if got := q.Get("zone"); got != "gd2" {
		t.Errorf(`cease: zone is %q, want "gd2"`, got)
	}
}

// One instance runs, one lies in the recycle bin: each needs another call.
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
	if len(got) != 2 {
		t.Errorf("len(got) is %d, want 2", len(got))
	} else if got["TerminateInstances"] != "i-1" {
		t.Errorf(`got["TerminateInstances"] is %q, want "i-1"`, got["TerminateInstances"])
	} else if got["CeaseInstances"] != "i-2" {
		t.Errorf(`got["CeaseInstances"] is %q, want "i-2"`, got["CeaseInstances"])
	}
}

func TestATerminateWithoutAClearAnswerIsNoSuccess(t *testing.T) {
	for _, body := range []string{``, `null`, `{}`, `[]`, `<html>`, `{"ret_code":"bad"}`, `{"ret_code":[1400]}`, `{"ret_code":`} {
		for _, recycled := range []bool{false, true} {
			err := mustDriver(t, testConfig(saying(200, body))).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Recycled: recycled})
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%q, recycled %v: error = %v, want ErrUnavailable", body, recycled, err)
			}
		}
	}
}
