package tencent

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestRunReturnsTheIDs(t *testing.T) {
	for name, spec := range map[string]*provider.RunInstancesSpec{"typed": bare(), "with raw parameters": rawSpec()} {
		got, err := testDriver(t, always(200, `{"Response":{"InstanceIdSet":["ins-1","ins-2"],"RequestId":"req-1"}}`)).RunInstances(t.Context(), spec)
		want := &provider.RunResult{InstanceIDs: []string{"ins-1", "ins-2"}, RequestID: "req-1"}
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got is %v, want %v", name, got, want)
		}
	}
}

func TestIDsAreKeptBesideAnError(t *testing.T) {
	for name, body := range map[string]string{
		"error in the same answer": `{"Response":{"Error":{"Code":"LimitExceeded.InstanceQuota","Message":"m"},"InstanceIdSet":["ins-1",""],"RequestId":"req-1"}}`,
		"an empty ID":              `{"Response":{"InstanceIdSet":["ins-1",""],"RequestId":"req-1"}}`,
		"a null ID":                `{"Response":{"InstanceIdSet":["ins-1",null],"RequestId":"req-1"}}`,
	} {
		got, err := testDriver(t, always(200, body)).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", name, e.Outcome, provider.OutcomeUnknown)
		}
		if got == nil {
			t.Errorf("%s: got is nil, want a value", name)
		} else if !reflect.DeepEqual(got.InstanceIDs, []string{"ins-1"}) {
			t.Errorf("%s: InstanceIDs is %v, want %v", name, got.InstanceIDs, []string{"ins-1"})
		} else if got.RequestID != "req-1" {
			t.Errorf(`%s: RequestID is %q, want "req-1"`, name, got.RequestID)
		}
	}
}

// An account may be content with fewer instances. An answer that names one of them
// twice must not pass for that: the others would be made again, elsewhere.
func TestAnIDThatIsNamedTwiceIsNoPartialSuccess(t *testing.T) {
	spec := bare()
	spec.Count, spec.MinCount = 3, 1
	for list, lost := range map[string]bool{
		`"ins-1","ins-1","ins-1"`: true, `"ins-1","ins-2","ins-1"`: true, `"ins-1","ins-1","ins-2","ins-2"`: true,
		`"ins-1"`: false, `"ins-1","ins-2"`: false, `"ins-1","ins-2","ins-3","ins-3"`: false,
	} {
		got, err := testDriver(t, always(200, `{"Response":{"InstanceIdSet":[`+list+`],"RequestId":"req-1"}}`)).RunInstances(t.Context(), spec)
		var e *provider.APIError
		if got == nil {
			t.Fatalf("%s: no result beside %v, want one", list, err)
		}
		if first := got.InstanceIDs[0]; first != "ins-1" {
			t.Errorf("%s: the first instance is %s, want ins-1", list, first)
		}
		if failed := errors.As(err, &e); failed != lost {
			t.Errorf("%s: got error %v, want one: %v", list, err, lost)
		}
		if open := e != nil && e.Outcome == provider.OutcomeUnknown; open != lost {
			t.Errorf("%s: the outcome of %v is open: %v, want %v", list, err, open, lost)
		}
	}
}

func TestDryRun(t *testing.T) {
	dry := bare()
	dry.DryRun = true
	for name, body := range map[string]string{
		"approved":         `{"Response":{"RequestId":"req-1"}}`,
		"approved by code": `{"Response":{"Error":{"Code":"DryRunOperation","Message":"would have succeeded"},"RequestId":"req-1"}}`,
	} {
		got, err := testDriver(t, always(200, body)).RunInstances(t.Context(), dry)
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		} else if got == nil {
			t.Errorf("%s: got is nil, want a value", name)
		} else if len(got.InstanceIDs) != 0 {
			t.Errorf("%s: len(InstanceIDs) is %d, want 0", name, len(got.InstanceIDs))
		} else if got.RequestID != "req-1" {
			t.Errorf(`%s: RequestID is %q, want "req-1"`, name, got.RequestID)
		}
		if _, err := testDriver(t, always(200, body)).RunInstances(t.Context(), bare()); err == nil {
			t.Errorf("%s: a real create without IDs is no success", name)
		}
	}
	if _, err := testDriver(t, always(200, `{"Response":{"Error":{"Code":"InvalidParameter","Message":"m"},"RequestId":"r"}}`)).RunInstances(t.Context(), dry); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a refused dry run is %v", err)
	}
}

func TestSpecThatCannotBeTranslatedSendsNothing(t *testing.T) {
	for name, change := range map[string]func(*provider.RunInstancesSpec){
		"ProjectID":            func(s *provider.RunInstancesSpec) { s.ProjectID = "team" },
		"Vendor[0]":            func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{impostor{}} },
		"Vendor[0]: must not":  func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{(*RunOptions)(nil)} },
		`Vendor.Params["DryR`:  func(s *provider.RunInstancesSpec) { s.Vendor = raw("DryRun", "true") },
		`Vendor.Params["Imag`:  func(s *provider.RunInstancesSpec) { s.Vendor = raw("ImageId", "img-2") },
		`Vendor.Params["Place`: func(s *provider.RunInstancesSpec) { s.Vendor = raw("Placement", "{}") },
	} {
		r := &recorder{body: oneServer}
		d := testDriver(t, r)
		spec := bare()
		change(spec)
		if _, err := d.RunInstances(t.Context(), spec); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("the error does not name %s: got error %v, want %v", name, err, provider.ErrInvalid)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: the error is %q, want it to contain %q",
				name, err.Error(), name)
		}
		if _, err := d.PreviewRun(spec); err == nil {
			t.Errorf("%s: the preview shows a request that would not be sent", name)
		}
		if len(r.reqs) != 0 {
			t.Errorf("%s: a request was sent", name)
		}
	}
}

func TestDescribeAsksForFullPages(t *testing.T) {
	ids := make([]string, 100)
	for i := range ids {
		ids[i] = fmt.Sprintf("ins-%d", i)
	}
	r := &recorder{body: noRows}
	page, err := testDriver(t, r).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: ids})
	if err != nil {
		t.Fatalf("no rows are no error: got error %v, want none", err)
	}
	if len(page.Instances) != 0 {
		t.Fatalf("no rows are no error: len(Instances) is %d, want 0", len(page.Instances))
	}
	if page.NextPage != "" {
		t.Fatalf(`no rows are no error: NextPage is %q, want ""`, page.NextPage)
	}
	got := r.sent[0]
	if got["Limit"] != 100.0 {
		t.Errorf(`got["Limit"] is %v, want 100.0`, got["Limit"])
	} else if len(got["InstanceIds"].([]any)) != 100 {
		t.Errorf(`len(got["InstanceIds"].([]any)) is %d, want 100`, len(got["InstanceIds"].([]any)))
	} else if got["Filters"] != nil {
		t.Errorf(`got["Filters"] is %v, want nil`, got["Filters"])
	} else if got["Offset"] != nil {
		t.Errorf(`got["Offset"] is %v, want nil`, got["Offset"])
	}
	if _, err := testDriver(t, r).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: append(ids, "ins-100")}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("101 IDs in one call: %v", err)
	}
	if len(r.reqs) != 1 {
		t.Error("the impossible call was sent")
	}
}

func TestDescribeFiltersAndComparesByEquality(t *testing.T) {
	r := &recorder{body: `{"Response":{"TotalCount":205,"InstanceSet":[
		{"InstanceId":"ins-1","InstanceName":"web","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]},
		{"InstanceId":"ins-2","InstanceName":"web-2","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]},
		{"InstanceId":"ins-3","InstanceName":"web","Tags":[{"Key":"a","Value":"1"}]},
		{"InstanceId":"ins-4","InstanceName":"web","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"22"}]}
	],"RequestId":"req-1"}}`}
	page, err := testDriver(t, r).DescribeInstances(t.Context(), &provider.DescribeRequest{
		Name: "web", Tags: map[string]string{"b": "2", "a": "1"}, PageToken: "200",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Instances) != 1 {
		t.Errorf("len(Instances) is %d, want 1", len(page.Instances))
	} else if page.Instances[0].ID != "ins-1" {
		t.Errorf(`page.Instances[0].ID is %q, want "ins-1"`, page.Instances[0].ID)
	} else if page.Instances[0].Region != "region-1" {
		t.Errorf(`page.Instances[0].Region is %q, want "region-1"`, page.Instances[0].Region)
	}
	if page.NextPage != "204" {
		t.Errorf(`NextPage is %q, want "204"`, page.NextPage)
	}
	if page.RequestID != "req-1" {
		t.Errorf(`RequestID is %q, want "req-1"`, page.RequestID)
	}
	want := `{"Filters":[{"Name":"instance-name","Values":["web"]},{"Name":"tag:a","Values":["1"]},{"Name":"tag:b","Values":["2"]}],"Offset":200,"Limit":100}`
	if r.texts[0] != want {
		t.Errorf("the request is\n%s\nwant\n%s", r.texts[0], want)
	}
}

func TestDescribePaging(t *testing.T) {
	row := `{"InstanceId":"ins-1"}`
	for name, c := range map[string]struct{ token, body, next string }{
		"more":         {"", `{"Response":{"TotalCount":3,"InstanceSet":[` + row + `]}}`, "1"},
		"last":         {"2", `{"Response":{"TotalCount":3,"InstanceSet":[` + row + `]}}`, ""},
		"beyond":       {"9", `{"Response":{"TotalCount":3,"InstanceSet":[]}}`, ""},
		"no total":     {"", `{"Response":{"InstanceSet":[` + row + `]}}`, ""},
		"null for all": {"", `{"Response":{"TotalCount":0,"InstanceSet":null}}`, ""},
	} {
		page, err := testDriver(t, always(200, c.body)).DescribeInstances(t.Context(), &provider.DescribeRequest{PageToken: c.token})
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		} else if page.NextPage != c.next {
			t.Errorf("%s: NextPage is %v, want %v", name, page.NextPage, c.next)
		}
	}
	for _, token := range []string{"x", "-1"} {
		if _, err := testDriver(t, nil).DescribeInstances(t.Context(), &provider.DescribeRequest{PageToken: token}); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("page token %q: %v", token, err)
		}
	}
}

func TestDescribeThatContradictsItselfIsShort(t *testing.T) {
	two := &provider.DescribeRequest{IDs: []string{"ins-1", "ins-2"}}
	list, later := &provider.DescribeRequest{}, &provider.DescribeRequest{PageToken: "10"}
	rows := func(total string, ids ...string) string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = fmt.Sprintf(`{"InstanceId":%q}`, id)
		}
		return fmt.Sprintf(`{"Response":{%s"InstanceSet":[%s],"RequestId":"r"}}`, total, strings.Join(list, ","))
	}
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = fmt.Sprint("ins-", i)
	}
	for name, c := range map[string]struct {
		req   *provider.DescribeRequest
		body  string
		short bool
		next  string
	}{
		"by IDs, all":            {two, rows(`"TotalCount":2,`, "ins-2", "ins-1"), false, ""},
		"by IDs, one absent":     {two, rows(`"TotalCount":1,`, "ins-1"), false, ""},
		"by IDs, no total":       {two, rows("", "ins-1"), false, ""},
		"by IDs, more counted":   {two, rows(`"TotalCount":2,`, "ins-1"), true, ""},
		"by IDs, fewer counted":  {two, rows(`"TotalCount":1,`, "ins-1", "ins-2"), true, ""},
		"by IDs, counted, none":  {two, rows(`"TotalCount":2,`), true, ""},
		"by IDs, twice":          {two, rows(`"TotalCount":2,`, "ins-1", "ins-1"), true, ""},
		"by IDs, another":        {two, rows(`"TotalCount":1,`, "ins-9"), true, ""},
		"a list":                 {list, rows(`"TotalCount":1,`, "ins-1"), false, ""},
		"a list, twice":          {list, rows(`"TotalCount":2,`, "ins-1", "ins-1"), true, ""},
		"a list, counted, none":  {list, rows(`"TotalCount":25,`), true, ""},
		"a list, fewer counted":  {list, rows(`"TotalCount":0,`, "ins-1"), true, ""},
		"a list that goes on":    {list, rows(`"TotalCount":25,`, "ins-1"), false, "1"},
		"a full list, no total":  {list, rows("", hundred...), false, "100"},
		"a full list, fewer":     {list, rows(`"TotalCount":7,`, hundred...), false, "100"},
		"its last page":          {later, rows(`"TotalCount":11,`, "ins-1"), false, ""},
		"its last page, none":    {later, rows(`"TotalCount":11,`), true, ""},
		"a list that shrank":     {later, rows(`"TotalCount":3,`), true, ""},
		"a list ends just there": {later, rows(`"TotalCount":10,`), false, ""},
	} {
		page, err := testDriver(t, always(200, c.body)).DescribeInstances(t.Context(), c.req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if page.Short != c.short {
			t.Errorf("%s: short is %v, want %v", name, page.Short, c.short)
		}
		if page.NextPage != c.next {
			t.Errorf("%s: the next page is %q, want %q", name, page.NextPage, c.next)
		}
	}
}

// The beginning of an answer names instances that exist. Half an ID is none.
func TestIDsOfAnAnswerThatEndsEarlyAreKept(t *testing.T) {
	for body, want := range map[string][]string{
		`{"Response":{"RequestId":"req-1","InstanceIdSet":["ins-1","ins-2","ins-`: {"ins-1", "ins-2"},
		`{"Response":{"RequestId":"req-1","InstanceIdSet":["ins-1"`:               {"ins-1"},
		`{"Response":{"RequestId":"req-1","InstanceIdSet":["ins-1`:                nil,
		`{"Response":{"RequestId":"req-1"`:                                        nil,
	} {
		cut := transport(func(*http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.ContentLength = int64(len(body)) + 100
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{}))
			return resp, nil
		})
		for name, rt := range map[string]http.RoundTripper{"cut": cut, "short": always(200, body)} {
			for _, spec := range []*provider.RunInstancesSpec{bare(), rawSpec()} {
				res, err := testDriver(t, rt).RunInstances(t.Context(), spec)
				var e *provider.APIError
				if !errors.As(err, &e) {
					t.Errorf("%s, %s: got error %v, want a %T", name, body, err, e)
				} else if e.Outcome != provider.OutcomeUnknown {
					t.Errorf("%s, %s: Outcome is %v, want %v", name, body, e.Outcome, provider.OutcomeUnknown)
				} else if e.Kind != provider.ErrUnavailable {
					t.Errorf("%s, %s: Kind is %v, want %v", name, body, e.Kind, provider.ErrUnavailable)
				}
				if want == nil && res != nil {
					t.Errorf("%s, %s: got %+v, want nothing", name, body, res)
				}
				if want == nil {
					continue
				}
				if res == nil {
					t.Errorf("%s, %s: res is nil, want a value", name, body)
				} else if !slices.Equal(res.InstanceIDs, want) {
					t.Errorf("%s, %s: InstanceIDs is %v, want %v", name, body, res.InstanceIDs, want)
				} else if res.RequestID != "req-1" {
					t.Errorf(`%s, %s: RequestID is %q, want "req-1"`, name, body, res.RequestID)
				}
			}
		}
	}
}

// An answer that lost rows must not read as "these instances are gone".
func TestDescribeRefusesAnswersWithHoles(t *testing.T) {
	const body = `{"Response":{"TotalCount":1,"RequestId":"r"}}`
	page, err := testDriver(t, always(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"ins-1"}})
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("no list: got %+v, %v, want ErrUnavailable", page, err)
	}
	for name, body := range map[string]string{
		"null row":       `{"Response":{"TotalCount":1,"InstanceSet":[null],"RequestId":"r"}}`,
		"no object":      `{"Response":{"TotalCount":1,"InstanceSet":["ins-1"],"RequestId":"r"}}`,
		"row without ID": `{"Response":{"TotalCount":1,"InstanceSet":[{"InstanceName":"n"}],"RequestId":"r"}}`,
		"unreadable ID":  `{"Response":{"TotalCount":1,"InstanceSet":[{"InstanceId":{"a":1},"InstanceName":"n"}],"RequestId":"r"}}`,
	} {
		for _, req := range []*provider.DescribeRequest{{IDs: []string{"ins-1"}}, {}} {
			page, err := testDriver(t, always(200, body)).DescribeInstances(t.Context(), req)
			if err != nil {
				t.Errorf("%s: got error %v, want none", name, err)
			} else if !page.Short {
				t.Errorf("%s: Short is false, want true", name)
			} else if len(page.Instances) > 0 {
				t.Errorf("%s: got %v, want no instances", name, page.Instances)
			}
		}
	}
}

// More conditions than CVM has filters are compared here.
func TestDescribeWithManyTags(t *testing.T) {
	tags := map[string]string{}
	var rows []string
	for i := range 12 {
		tags[fmt.Sprintf("k%02d", i)] = "v"
		rows = append(rows, fmt.Sprintf(`{"Key":"k%02d","Value":"v"}`, i))
	}
	r := &recorder{body: fmt.Sprintf(`{"Response":{"TotalCount":2,"InstanceSet":[{"InstanceId":"ins-1","Tags":[%s]},{"InstanceId":"ins-2","Tags":[%s]}],"RequestId":"r"}}`,
		strings.Join(rows, ","), strings.Join(rows[:11], ","))}
	page, err := testDriver(t, r).DescribeInstances(t.Context(), &provider.DescribeRequest{Tags: tags})
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if len(page.Instances) != 1 {
		t.Errorf("len(Instances) is %d, want 1", len(page.Instances))
	} else if page.Instances[0].ID != "ins-1" {
		t.Errorf(`page.Instances[0].ID is %q, want "ins-1"`, page.Instances[0].ID)
	}
	if n := len(r.sent[0]["Filters"].([]any)); n != 10 {
		t.Errorf("%d filters were sent; CVM takes 10", n)
	}
}

// What a create ordered beside the instances is released only when that is asked for.
func TestAReleaseOfWhatWasOrdered(t *testing.T) {
	for ordered, want := range map[bool]any{true: true, false: nil} {
		r := &recorder{body: terminated}
		req := &provider.TerminateRequest{IDs: []string{"ins-1"}, Ordered: ordered, Force: true}
		if err := testDriver(t, r).TerminateInstances(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		for _, param := range []string{"ReleaseAddress", "ReleasePrepaidDataDisks"} {
			if got := r.sent[0][param]; got != want {
				t.Errorf("Ordered %v: %s: got %v, want %v", ordered, param, got, want)
			}
		}
	}
}

func TestTerminateRequest(t *testing.T) {
	r := &recorder{body: terminated}
	if err := testDriver(t, r).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1", "ins-2"}}); err != nil {
		t.Fatal(err)
	}
	if want := `{"InstanceIds":["ins-1","ins-2"]}`; r.texts[0] != want {
		t.Errorf("r.texts[0] is %v, want %v", r.texts[0], want)
	} else if got := r.reqs[0].Header.Get("X-TC-Action"); got != "TerminateInstances" {
		t.Errorf(`X-TC-Action is %q, want "TerminateInstances"`, got)
	}
	for _, n := range []int{0, 101} {
		if err := testDriver(t, r).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: make([]string, n)}); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%d IDs: %v", n, err)
		}
	}
}

// What lies in the recycle bin is terminated by the same call as what runs.
func TestTerminateInTheRecycleBinIsTheSameCall(t *testing.T) {
	r := &recorder{body: terminated}
	req := &provider.TerminateRequest{IDs: []string{"ins-1"}, Billing: provider.Prepaid, Recycled: true}
	if err := testDriver(t, r).TerminateInstances(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if want := `{"InstanceIds":["ins-1"]}`; r.texts[0] != want {
		t.Errorf("r.texts[0] is %v, want %v", r.texts[0], want)
	} else if got := r.reqs[0].Header.Get("X-TC-Action"); got != "TerminateInstances" {
		t.Errorf(`X-TC-Action is %q, want "TerminateInstances"`, got)
	}
}

func TestTerminateOfWhatVanishesByItself(t *testing.T) {
	for _, code := range vanishing {
		d := testDriver(t, always(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"m"},"RequestId":"r"}}`, code)))
		if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}}); err != nil {
			t.Errorf("%s: nothing is left to terminate, but %v", code, err)
		}
		err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1", "ins-2"}})
		if !errors.Is(err, provider.ErrState) {
			t.Errorf("%s: got error %v, want %v", code, err, provider.ErrState)
		}
		if !strings.Contains(err.Error(), "one at a time") {
			t.Errorf(`%s: the error is %q, want it to contain "one at a time"`, code, err.Error())
		}
	}
	d := testDriver(t, always(200, `{"Response":{"Error":{"Code":"InvalidInstanceId.NotFound","Message":"m"},"RequestId":"r"}}`))
	if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}}); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("an absent instance is %v", err)
	}
}
