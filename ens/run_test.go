package ens

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// some is a create of count instances.
func some(count int) *provider.RunInstancesSpec {
	s := secretSpec()
	s.Count = count
	return s
}

func TestCreateReadsEveryShapeOfIDs(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"RunInstances, a list":             {`{"RequestId":"req-1","OrderId":"o-1","InstanceIds":["i-1","i-2"]}`, []string{"i-1", "i-2"}},
		"CreateInstance, a list in object": {`{"RequestId":"req-1","OrderId":"o-1","Code":0,"InstanceIds":{"InstanceId":["i-1","i-2"]}}`, []string{"i-1", "i-2"}},
		"CreateInstance, one text":         {`{"RequestId":"req-1","OrderId":"o-1","Code":0,"InstanceIds":{"InstanceId":["[i-1,i-2]"]}}`, []string{"i-1", "i-2"}},
		"Code as text, order as number":    {`{"RequestId":"req-1","OrderId":"o-1","Code":"0","InstanceIds":"[i-1, i-2]"}`, []string{"i-1", "i-2"}},
		"more than asked for":              {`{"RequestId":"req-1","OrderId":"o-1","InstanceIds":["i-1","i-2","i-3"]}`, []string{"i-1", "i-2", "i-3"}},
	} {
		d, _ := answering(t, 200, tt.body)
		res, err := d.RunInstances(t.Context(), some(2))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(res.InstanceIDs, tt.want) {
			t.Errorf("%s: InstanceIDs is %v, want %v", name, res.InstanceIDs, tt.want)
		}
		if res.RequestID != "req-1" {
			t.Errorf(`%s: RequestID is %q, want "req-1"`, name, res.RequestID)
		}
		if res.OrderID != "o-1" {
			t.Errorf(`%s: OrderID is %q, want "o-1"`, name, res.OrderID)
		}
	}
}

// An error must never hide an instance: whatever IDs an answer holds are returned.
func TestIDsBesideAnErrorAreReturned(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
	}{
		"fewer than asked for": {200, `{"RequestId":"req-1","InstanceIds":["i-1"]}`},
		"one twice":            {200, `{"RequestId":"req-1","InstanceIds":["i-1","i-1"]}`},
		"unknown Code":         {200, `{"RequestId":"req-1","Code":500,"InstanceIds":{"InstanceId":["i-1"]}}`},
		"known Code":           {200, `{"RequestId":"req-1","Code":"StockNotEnough","InstanceIds":{"InstanceId":["i-1"]}}`},
		"odd Code":             {200, `{"RequestId":"req-1","Code":{},"InstanceIds":["i-1"]}`},
		"status of a refusal":  {403, `{"RequestId":"req-1","Code":"StockNotEnough","Message":"why","InstanceIds":["i-1"]}`},
		"status of a failure":  {503, `{"RequestId":"req-1","Code":"ServiceUnavailable","Message":"why","InstanceIds":["i-1"]}`},
		"status without code":  {502, `{"RequestId":"req-1","InstanceIds":["i-1"]}`},
	} {
		d, _ := answering(t, tt.status, tt.body)
		res, err := d.RunInstances(t.Context(), some(2))
		if res == nil {
			t.Errorf("%s: got no result, want one", name)
		} else if !slices.Equal(res.InstanceIDs, []string{"i-1"}) {
			t.Errorf("%s: InstanceIDs is %v, want %v", name, res.InstanceIDs, []string{"i-1"})
		}
		// The other one may be there as well: an answer that contradicts itself
		// proves nothing.
		if e := wantAPIError(t, err, nil, provider.OutcomeUnknown); e.RequestID != "req-1" {
			t.Errorf("%s: the request ID is %q, want req-1", name, e.RequestID)
		}
	}
}

// The beginning of an answer names instances that exist. Half an ID is none.
func TestIDsOfAnAnswerThatEndsEarlyAreKept(t *testing.T) {
	for body, want := range map[string][]string{
		`{"RequestId":"req-1","OrderId":"o-1","InstanceIds":["i-1","i-2","i-`:                          {"i-1", "i-2"},
		`{"RequestId":"req-1","OrderId":"o-1","Code":0,"InstanceIds":{"InstanceId":["i-1"`:             {"i-1"},
		`{"RequestId":"req-1","OrderId":"o-1","Code":0,"InstanceIds":{"InstanceId":["[i-1,i-2]","[i-3`: {"i-1", "i-2"},
		`{"RequestId":"req-1","OrderId":"o-1","InstanceIds":["i-1`:                                     nil,
		`{"RequestId":"req-1","Instan`:                                                                 nil,
	} {
		cut := roundTrip(func(*http.Request) (*http.Response, error) {
			resp, err := respond(200, "")
			resp.ContentLength = int64(len(body)) + 100
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return resp, err
		})
		short := roundTrip(func(*http.Request) (*http.Response, error) { return respond(200, body) })
		for name, rt := range map[string]roundTrip{"cut": cut, "short": short} {
			res, err := driverOver(t, rt, "").RunInstances(t.Context(), some(3))
			if e := wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown); e.RequestID != "req-1" {
				t.Errorf("%s, %s: the request ID is %q, want req-1", name, body, e.RequestID)
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
			} else if res.OrderID != "o-1" {
				t.Errorf(`%s, %s: OrderID is %q, want "o-1"`, name, body, res.OrderID)
			}
		}
	}
}

// That a create of several instances makes all or none is not documented: one that runs
// out of stock may have made some.
func TestOutOfStockIsNoProofForSeveral(t *testing.T) {
	for count, want := range map[int]provider.Outcome{1: provider.OutcomeRejected, 2: provider.OutcomeUnknown} {
		for status, body := range map[int]string{
			400: `{"RequestId":"req-1","Code":"StockNotEnough","Message":"m"}`,
			200: `{"RequestId":"req-1","Code":"StockNotEnough"}`,
		} {
			d, _ := answering(t, status, body)
			_, err := d.RunInstances(t.Context(), some(count))
			if e := wantAPIError(t, err, provider.ErrNoStock, want); e.Stock != provider.StockOfType {
				t.Errorf("%d instances, status %d: out of stock is %q", count, status, e.Stock)
			}
		}
		d, _ := answering(t, 400, `{"RequestId":"req-1","Code":"InvalidParameter","Message":"m"}`)
		_, err := d.RunInstances(t.Context(), some(count))
		wantAPIError(t, err, provider.ErrInvalid, provider.OutcomeRejected)
	}
}

// shown is a page of instances with those IDs.
func shown(fields string, ids ...string) string {
	rows := make([]string, len(ids))
	for i, id := range ids {
		rows[i] = fmt.Sprintf(`{"InstanceId":%q,"InstanceName":"web"}`, id)
	}
	return fmt.Sprintf(`{"RequestId":"r","Code":0,%s"Instances":{"Instance":[%s]}}`, fields, strings.Join(rows, ","))
}

func TestAPageThatContradictsItselfIsShort(t *testing.T) {
	two := &provider.DescribeRequest{IDs: []string{"i-1", "i-2"}}
	list, later := &provider.DescribeRequest{Name: "web"}, &provider.DescribeRequest{Name: "web", PageToken: "2+10"}
	for name, c := range map[string]struct {
		req  *provider.DescribeRequest
		body string
		want bool
	}{
		"by IDs, all":            {two, shown(`"TotalCount":2,`, "i-2", "i-1"), false},
		"by IDs, one absent":     {two, shown(`"TotalCount":1,`, "i-2"), false},
		"by IDs, no total":       {two, shown("", "i-2"), false},
		"by IDs, more counted":   {two, shown(`"TotalCount":2,`, "i-1"), true},
		"by IDs, fewer counted":  {two, shown(`"TotalCount":1,`, "i-1", "i-2"), true},
		"by IDs, counted, none":  {two, shown(`"TotalCount":2,`), true},
		"by IDs, twice":          {two, shown(`"TotalCount":2,`, "i-1", "i-1"), true},
		"by IDs, another":        {two, shown(`"TotalCount":1,`, "i-9"), true},
		"a list":                 {list, shown(`"TotalCount":1,`, "i-1"), false},
		"a list, no total":       {list, shown("", "i-1"), false},
		"a list, twice":          {list, shown(`"TotalCount":2,`, "i-1", "i-1"), true},
		"a list, counted, none":  {list, shown(`"TotalCount":25,`), true},
		"a list, fewer counted":  {list, shown(`"TotalCount":0,`, "i-1"), true},
		"a list that goes on":    {list, shown(`"TotalCount":25,`, "i-1"), false},
		"its last page":          {later, shown(`"TotalCount":11,`, "i-1"), false},
		"its last page, none":    {later, shown(`"TotalCount":11,`), true},
		"a list that shrank":     {later, shown(`"TotalCount":3,`), true},
		"a list ends just there": {later, shown(`"TotalCount":10,`), false},
	} {
		d, _ := answering(t, 200, c.body)
		page, err := d.DescribeInstances(t.Context(), c.req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if page.Short != c.want {
			t.Errorf("%s: short is %v, want %v", name, page.Short, c.want)
		}
	}
}

// malformed are answers that say nothing about what happened.
var malformed = map[string]string{
	"empty":                  "",
	"null":                   "null",
	"no IDs":                 "{}",
	"list instead of object": "[]",
	"HTML":                   "<html>planted-key-secret</html>",
	"truncated":              `{"RequestId":"req-1","InstanceIds":["i-1"`,
	"wrong types":            `{"RequestId":"req-1","InstanceIds":7,"Instances":{"Instance":"x"},"Code":{}}`,
	"IDs missing":            `{"RequestId":"","Code":0,"InstanceIds":{"InstanceId":[]}}`,
}

func TestSenselessAnswerLeavesTheOutcomeOpen(t *testing.T) {
	for what, body := range malformed {
		for _, status := range []int{200, 502} {
			for name, call := range calls {
				t.Run(fmt.Sprintf("%s/%s/%d", name, what, status), func(t *testing.T) {
					d, _ := answering(t, status, body)
					wantAPIError(t, call(t.Context(), d), provider.ErrUnavailable, provider.OutcomeUnknown)
				})
			}
		}
	}
}

func TestConnectionThatFailsAfterSendingLeavesTheOutcomeOpen(t *testing.T) {
	for name, call := range calls {
		d := driverOver(t, roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, errors.New(`Post "https://ens.aliyuncs.com/?Signature=planted": connection reset by peer`)
		}), "")
		t.Run(name, func(t *testing.T) {
			wantAPIError(t, call(t.Context(), d), provider.ErrUnavailable, provider.OutcomeUnknown)
		})
	}
}

func TestEmptyRegionMeansTheConfiguredNode(t *testing.T) {
	d, got := answering(t, 200, created)
	spec := secretSpec()
	for region, want := range map[string]string{"": "node-home", "node-9": "node-9"} {
		spec.Region = region
		if _, err := d.RunInstances(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		if node := got.params.Get("EnsRegionId"); node != want {
			t.Errorf("Region %q created on %q, want %q", region, node, want)
		}
	}
}

// The shared caller treats creates differently, and ENS answers them late.
func TestCallsSayWhatTheyAre(t *testing.T) {
	d, got := answering(t, 200, created)
	if r := d.runRequest(secretSpec()); !r.Create {
		t.Error("r.Create is false, want true")
	} else if r.Product != "Ens" {
		t.Errorf(`r.Product is %q, want "Ens"`, r.Product)
	} else if r.Timeout < time.Minute {
		t.Errorf("r.Timeout is %v, want at least %v", r.Timeout, time.Minute)
	} else if !slices.Equal(r.Secrets, []string{"Carrier"}) {
		t.Errorf("r.Secrets is %v, want %v", r.Secrets, []string{"Carrier"})
	}
	for name, call := range calls {
		_ = call(t.Context(), d) // the answer is not the subject
		if got := got.params.Get("Version"); got != "2017-11-10" {
			t.Errorf(`%v: Version is %q, want "2017-11-10"`, name, got)
		}
		if got := got.params.Get("RegionId"); got != "cn-hangzhou" {
			t.Errorf(`%v: RegionId is %q, want "cn-hangzhou"`, name, got)
		}
	}
}

func TestPreviewIsTheRequestWithoutItsSecrets(t *testing.T) {
	d, got := answering(t, 200, created)
	p, err := d.PreviewRun(secretSpec())
	if err != nil {
		t.Fatal(err)
	}
	if got.params != nil {
		t.Error("the preview sent a request")
	}
	if p.Driver != "ens" {
		t.Errorf(`Driver is %q, want "ens"`, p.Driver)
	}
	if p.Action != "RunInstances" {
		t.Errorf(`Action is %q, want "RunInstances"`, p.Action)
	}
	if p.Host != "ens.aliyuncs.com" {
		t.Errorf(`Host is %q, want "ens.aliyuncs.com"`, p.Host)
	}
	if p.Params["Password"] != "[redacted]" {
		t.Errorf(`Password is %q, want "[redacted]"`, p.Params["Password"])
	}
	if p.Params["UserData"] != "[redacted]" {
		t.Errorf(`UserData is %q, want "[redacted]"`, p.Params["UserData"])
	}
	if _, err := d.RunInstances(t.Context(), secretSpec()); err != nil {
		t.Fatal(err)
	}
	for name, value := range p.Params {
		if value != "[redacted]" && got.params.Get(name) != value {
			t.Errorf("the preview says %s=%q, sent was %q", name, value, got.params.Get(name))
		}
	}
}

// page answers a description with n instances named after their index.
func page(n int, fields string) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"InstanceId":"i-%d","InstanceName":"name-%d","Tags":{"Tags":[{"TagKey":"k","TagValue":"v-%d"},{"TagKey":"all","TagValue":"yes"}]}}`, i, i, i)
	}
	return fmt.Sprintf(`{"RequestId":"req-1","Code":0,%s"Instances":{"Instance":[%s]}}`, fields, strings.Join(rows, ","))
}

func TestDescribeByIDAsksOnceForAllOnEveryNode(t *testing.T) {
	d, got := answering(t, 200, page(2, `"TotalCount":2,"PageSize":100,"PageNumber":1,`))
	p, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: "node-1", IDs: []string{"i-0", "i-1", "i-gone"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Instances) != 2 {
		t.Errorf("len(Instances) is %d, want 2", len(p.Instances))
	} else if p.Instances[1].ID != "i-1" {
		t.Errorf(`p.Instances[1].ID is %q, want "i-1"`, p.Instances[1].ID)
	} else if p.NextPage != "" {
		t.Errorf(`NextPage is %q, want ""`, p.NextPage)
	} else if p.RequestID != "req-1" {
		t.Errorf(`RequestID is %q, want "req-1"`, p.RequestID)
	}
	if got := got.params.Get("InstanceIds"); got != `["i-0","i-1","i-gone"]` {
		t.Errorf("InstanceIds is %q, want %q", got, `["i-0","i-1","i-gone"]`)
	}
	if got := got.params.Get("PageSize"); got != "100" {
		t.Errorf(`PageSize is %q, want "100"`, got)
	}
	if got.params.Has("EnsRegionId") {
		t.Error(`got.params.Has("EnsRegionId") is true, want false`)
	}
	if got := got.params.Get("Action"); got != "DescribeInstances" {
		t.Errorf(`Action is %q, want "DescribeInstances"`, got)
	}
	if got := got.params.Get("Version"); got != "2017-11-10" {
		t.Errorf(`Version is %q, want "2017-11-10"`, got)
	}
}

func TestDescribeComparesNamesAndTagsItself(t *testing.T) {
	for _, tt := range []struct {
		req  provider.DescribeRequest
		want []string
	}{
		{provider.DescribeRequest{Name: "name-1"}, []string{"i-1"}},
		{provider.DescribeRequest{Name: "name"}, nil},
		{provider.DescribeRequest{Tags: map[string]string{"k": "v-2", "all": "yes"}}, []string{"i-2"}},
		{provider.DescribeRequest{Tags: map[string]string{"all": "no"}}, nil},
		{provider.DescribeRequest{Tags: map[string]string{"none": ""}}, nil},
		{provider.DescribeRequest{Name: "name-1", Tags: map[string]string{"k": "v-2"}}, nil},
		{provider.DescribeRequest{}, []string{"i-0", "i-1", "i-2"}},
	} {
		d, _ := answering(t, 200, page(3, ""))
		p, err := d.DescribeInstances(t.Context(), &tt.req)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, in := range p.Instances {
			ids = append(ids, in.ID)
		}
		if !slices.Equal(ids, tt.want) {
			t.Errorf("%+v found %v, want %v", tt.req, ids, tt.want)
		}
	}
}

func TestDescribeSendsItsFilters(t *testing.T) {
	d, got := answering(t, 200, page(0, ""))
	for region, want := range map[string]string{"": "node-home", "node-1": "node-1"} {
		req := provider.DescribeRequest{Region: region, Name: "name-1", Tags: map[string]string{"b": "2", "a": "1"}, PageToken: "3"}
		if _, err := d.DescribeInstances(t.Context(), &req); err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"EnsRegionId": want, "InstanceName": "name-1", "PageNumber": "3", "PageSize": "100",
			"Tags": `[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]`,
		} {
			if got.params.Get(name) != value {
				t.Errorf("asked with %s=%q, want %q", name, got.params.Get(name), value)
			}
		}
	}
}

func TestDescribePagesToTheEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		token, fields string
		rows          int
		want          string
	}{
		"first of two":            {"", `"TotalCount":101,"PageSize":100,`, 100, "2"},
		"last of two":             {"2", `"TotalCount":101,"PageSize":100,`, 1, ""},
		"exactly one":             {"", `"TotalCount":100,"PageSize":100,`, 100, ""},
		"cloud lowered the size":  {"2", `"TotalCount":"101","PageSize":"50",`, 50, "3"},
		"no total, full":          {"4", "", 100, "5"},
		"no total, not full":      {"4", "", 99, ""},
		"total grew, page filled": {"1", `"TotalCount":250,`, 100, "2"},
		"smaller than it says":    {"", `"TotalCount":30,"PageSize":100,`, 10, "2+10"},
		"smaller still":           {"2+10", `"TotalCount":30,"PageSize":100,`, 10, "3+20"},
		"the last of small ones":  {"3+20", `"TotalCount":30,"PageSize":100,`, 10, ""},
		"total of nobody":         {"2", `"TotalCount":500,"PageSize":100,`, 0, ""},
		"impossible total, full":  {"", `"TotalCount":0,"PageSize":100,`, 100, "2"},
		"impossible total":        {"2", `"TotalCount":50,"PageSize":100,`, 7, ""},
	} {
		d, _ := answering(t, 200, page(tt.rows, tt.fields))
		p, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{PageToken: tt.token})
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		} else if p.NextPage != tt.want {
			t.Errorf("%s: NextPage is %v, want %v", name, p.NextPage, tt.want)
		}
	}
}

func TestDescribeRefusesWhatItCannotAsk(t *testing.T) {
	d, _ := answering(t, 200, page(0, ""))
	for path, req := range map[string]provider.DescribeRequest{
		"IDs":       {IDs: make([]string, 101)},
		"PageToken": {PageToken: "0"},
	} {
		_, err := d.DescribeInstances(t.Context(), &req)
		var fe *provider.FieldError
		if !errors.As(err, &fe) {
			t.Errorf("%v: got error %v, want a %T", path, err, fe)
		} else if fe.Path != path {
			t.Errorf("%v: fe.Path is %v, want %v", path, fe.Path, path)
		}
	}
}

func TestADescribeWithoutAListIsNoEmptyPage(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"RequestId":"req-1","Instances":{"Instance":[]}}`:                  true,
		`{"RequestId":"req-1","TotalCount":0,"Instances":{}}`:                true,
		`{"RequestId":"req-1","TotalCount":0,"Instances":{"Instance":null}}`: true,
		`{"RequestId":"req-1","Instances":{}}`:                               false,
		`{"RequestId":"req-1","Instances":{"Instance":null}}`:                false,
		`{"RequestId":"req-1","TotalCount":3,"Instances":{}}`:                false,
		`{"RequestId":"req-1","TotalCount":0}`:                               false,
	} {
		d, _ := answering(t, 200, body)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "name-1"})
		if failed := errors.Is(err, provider.ErrUnavailable); failed == ok {
			t.Errorf("%s: got error %v, want %v: %v", body, err, provider.ErrUnavailable, !ok)
		}
		if !ok {
			continue
		}
		if err != nil {
			t.Fatalf("%s: got error %v, want none", body, err)
		}
		if n := len(page.Instances); n != 0 {
			t.Errorf("%s: got %d instances, want none", body, n)
		}
	}
}

func TestDescribeWithACodeIsAnErrorAndNotAnEmptyPage(t *testing.T) {
	d, _ := answering(t, 200, `{"RequestId":"req-1","Code":500,"Instances":{"Instance":[]}}`)
	_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
}

func TestTerminateUsesTheCallOfTheBillingMode(t *testing.T) {
	for mode, want := range map[provider.BillingMode]string{
		provider.Prepaid:  "ReleasePrePaidInstance",
		provider.OnDemand: "ReleasePostPaidInstance",
		provider.Spot:     "ReleasePostPaidInstance",
		"":                "ReleasePostPaidInstance",
	} {
		d, got := answering(t, 200, `{"RequestId":"req-1"}`)
		if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Billing: mode}); err != nil {
			t.Fatal(err)
		}
		if got := got.params.Get("Action"); got != want {
			t.Errorf("mode %q: Action is %q, want %q", mode, got, want)
		}
		if got := got.params.Get("InstanceId"); got != "i-1" {
			t.Errorf(`mode %q: InstanceId is %q, want "i-1"`, mode, got)
		}
	}
}

func TestTerminateTakesOneServer(t *testing.T) {
	d, got := answering(t, 200, `{"RequestId":"req-1"}`)
	for _, ids := range [][]string{nil, {"i-1", "i-2"}} {
		err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: ids})
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%v: got error %v, want %v", ids, err, provider.ErrInvalid)
		}
		if got.params != nil {
			t.Errorf("%v: params is %v, want nil", ids, got.params)
		}
	}
}

func TestTerminateReportsTheCode(t *testing.T) {
	d, _ := answering(t, 200, `{"RequestId":"req-1","Code":"InstanceIdNotFound"}`)
	err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
	wantAPIError(t, err, provider.ErrNotFound, provider.OutcomeRejected)
}

// ENS chooses the node of a create by area, so that its instances are looked for on
// every node when the answer is lost: otherwise they would be made once more.
func TestLostCreateByAreaIsFoundOnWhateverNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ENS, API: "RunInstances", Kind: cloudsim.ResetAfter, Times: 1})
		c, err := New(Config{
			Region: "cn-hangzhou-44", Transport: sim.Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		op, err := c.RunInstances(t.Context(), provider.RunInstancesSpec{
			Count: 3, ImageID: "m-1", InstanceType: "ens.sn1.small", Name: "web", Login: provider.Login{Password: "Anywhere-1"},
			Vendor: []provider.VendorOption{RunOptions{ScheduleAreaLevel: "Big", NetDistrictCode: "350000", Carrier: "cmcc"}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		instances, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatalf("%d instances in hand, %d exist, want 3: got error %v, want none",
				len(instances), len(sim.Everything()), err)
		}
		if len(instances) != 3 {
			t.Fatalf("%d instances in hand, %d exist, want 3: len(instances) is %d, want 3",
				len(instances), len(sim.Everything()), len(instances))
		}
		if got := len(sim.Everything()); got != 3 {
			t.Fatalf("%d instances in hand, %d exist, want 3: len(sim.Everything()) is %d, want 3",
				len(instances), len(sim.Everything()), got)
		}
		for _, i := range instances {
			if i.Region != "cn-350000-cmcc" {
				t.Errorf(`%v: Region is %q, want "cn-350000-cmcc"`, i.ID, i.Region)
			}
			if i.Name != "web" {
				t.Errorf(`%v: Name is %q, want "web"`, i.ID, i.Name)
			}
		}
	})
}
