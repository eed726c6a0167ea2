package aliyun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

const created = `{"RequestId":"req-1","OrderId":"order-1","TradePrice":0.165,"InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`

func TestRunInstancesReturnsWhatTheCloudAnswers(t *testing.T) {
	got, err := testDriver(t, answering(200, created)).RunInstances(t.Context(), minimalSpec())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.InstanceIDs, []string{"i-1", "i-2"}) {
		t.Errorf("InstanceIDs is %v, want %v", got.InstanceIDs, []string{"i-1", "i-2"})
	}
	if got.RequestID != "req-1" {
		t.Errorf(`RequestID is %q, want "req-1"`, got.RequestID)
	}
	if got.OrderID != "order-1" {
		t.Errorf(`OrderID is %q, want "order-1"`, got.OrderID)
	}
}

func TestRunInstancesGoesToTheRegionOfTheSpec(t *testing.T) {
	for region, want := range map[string]string{"": "cn-test-1", "cn-test-2": "cn-test-2"} {
		s := minimalSpec()
		s.Region = region
		got := sent(t, s)
		if got.Host != "ecs."+want+".aliyuncs.com" {
			t.Errorf("%v: Host is %v, want %v", region, got.Host, "ecs."+want+".aliyuncs.com")
		}
		if got.Params["RegionId"] != want {
			t.Errorf("%v: RegionId is %q, want %q", region, got.Params["RegionId"], want)
		}
	}
}

func TestAnApprovedDryRunIsASuccess(t *testing.T) {
	d := testDriver(t, answering(400, `{"RequestId":"req-1","HostId":"h","Code":"DryRunOperation","Message":"Request validation has been passed with DryRun flag set."}`))
	s := minimalSpec()
	s.DryRun = true
	got, err := d.RunInstances(t.Context(), s)
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if len(got.InstanceIDs) != 0 {
		t.Errorf("len(InstanceIDs) is %d, want 0", len(got.InstanceIDs))
	} else if got.RequestID != "req-1" {
		t.Errorf(`RequestID is %q, want "req-1"`, got.RequestID)
	}
	if _, err := d.RunInstances(t.Context(), minimalSpec()); err == nil {
		t.Error("DryRunOperation for a create that was no dry run counted as success")
	}
}

func TestADryRunThatFailsIsAnError(t *testing.T) {
	d := testDriver(t, answering(403, `{"RequestId":"req-1","HostId":"h","Code":"DryRun.InvalidAmount","Message":"no"}`))
	s := minimalSpec()
	s.DryRun = true
	if _, err := d.RunInstances(t.Context(), s); err == nil {
		t.Error("DryRun.InvalidAmount counted as success")
	}
}

func TestPreviewIsWhatIsSentWithSecretsMasked(t *testing.T) {
	for name, spec := range fullSpecs() {
		want := sent(t, spec)
		for _, secret := range []string{"Password", "UserData", "HttpTokens", "NetworkInterface.2.InstanceType"} { // the last two are raw parameters
			if _, ok := want.Params[secret]; ok {
				want.Params[secret] = "[redacted]"
			}
		}
		d := testDriver(t, roundTrip(func(*http.Request) (*http.Response, error) {
			t.Error("PreviewRun made a call")
			return nil, errors.New("no network")
		}))
		got, err := d.PreviewRun(spec)
		if err != nil {
			t.Fatal(err)
		}
		if got.Driver != "aliyun" {
			t.Errorf(`%s: Driver is %q, want "aliyun"`, name, got.Driver)
		}
		if got.Action != want.Action {
			t.Errorf("%s: Action is %v, want %v", name, got.Action, want.Action)
		}
		if got.Host != want.Host {
			t.Errorf("%s: Host is %v, want %v", name, got.Host, want.Host)
		}
		if got := fmt.Sprint(got.Params); got != fmt.Sprint(want.Params) {
			t.Errorf("%s: Params is %v, want %v", name, got, fmt.Sprint(want.Params))
		}
	}
}

func TestPreviewNamesRawParametersSetTwice(t *testing.T) {
	s := minimalSpec()
	s.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"ImageId": "x"}}}
	d := testDriver(t, answering(200, created))
	if _, err := d.PreviewRun(s); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("PreviewRun: got %v, want ErrInvalid", err)
	}
	if _, err := d.RunInstances(t.Context(), s); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("RunInstances: got %v, want ErrInvalid", err)
	}
}

func describePage(next string, instances ...string) string {
	return fmt.Sprintf(`{"RequestId":"req-2","NextToken":%q,"Instances":{"Instance":[%s]}}`, next, strings.Join(instances, ","))
}

func TestDescribeByIDsAsksForOneFullPage(t *testing.T) {
	ids := make([]string, 100)
	for i := range ids {
		ids[i] = fmt.Sprintf("i-%d", i)
	}
	var got wire
	d := testDriver(t, capture(&got, describePage("ignored", describedInstance)))
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: "cn-test-2", IDs: ids})
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	if err := json.Unmarshal([]byte(got.Params["InstanceIds"]), &listed); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !slices.Equal(listed, ids) {
		t.Errorf("listed is %v, want %v", listed, ids)
	}
	if got.Params["PageSize"] != "100" {
		t.Errorf(`PageSize is %q, want "100"`, got.Params["PageSize"])
	}
	if len(got.Params) != 3 {
		t.Errorf("len(Params) is %d, want 3", len(got.Params))
	}
	if got.Host != "ecs.cn-test-2.aliyuncs.com" {
		t.Errorf(`Host is %q, want "ecs.cn-test-2.aliyuncs.com"`, got.Host)
	}
	if got.Action != "DescribeInstances" {
		t.Errorf(`Action is %q, want "DescribeInstances"`, got.Action)
	}
	if len(page.Instances) != 1 {
		t.Errorf("len(Instances) is %d, want 1", len(page.Instances))
	}
	if page.NextPage != "" {
		t.Errorf(`NextPage is %q, want ""`, page.NextPage)
	}
	if page.RequestID != "req-2" {
		t.Errorf(`RequestID is %q, want "req-2"`, page.RequestID)
	}
}

func TestDescribeListsPageByPage(t *testing.T) {
	var got wire
	d := testDriver(t, capture(&got, describePage("token-2", describedInstance)))
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{
		Name: "name-1", Tags: map[string]string{"k1": "v1", "k2": ""}, PageToken: "token-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"RegionId": "cn-test-1", "MaxResults": "100", "NextToken": "token-1", "InstanceName": "name-1",
		"Tag.1.Key": "k1", "Tag.1.Value": "v1", "Tag.2.Key": "k2",
	}
	if fmt.Sprint(got.Params) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
	if page.NextPage != "token-2" {
		t.Errorf(`NextPage is %q, want "token-2"`, page.NextPage)
	}
	if len(page.Instances) != 1 {
		t.Errorf("len(Instances) is %d, want 1", len(page.Instances))
	}
}

func TestDescribeComparesByEquality(t *testing.T) {
	for what, req := range map[string]*provider.DescribeRequest{
		"a name that only matches as a pattern": {Name: "name-*"},
		"a tag with another value":              {Tags: map[string]string{"k1": "v2"}},
		"a missing tag":                         {Tags: map[string]string{"k3": ""}},
	} {
		page, err := testDriver(t, answering(200, describePage("", describedInstance))).DescribeInstances(t.Context(), req)
		if err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		} else if len(page.Instances) != 0 {
			t.Errorf("%s: len(Instances) is %d, want 0", what, len(page.Instances))
		}
	}
}

func TestAnEmptyListIsNoError(t *testing.T) {
	page, err := testDriver(t, answering(200, describePage(""))).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-9"}})
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if len(page.Instances) != 0 {
		t.Errorf("len(Instances) is %d, want 0", len(page.Instances))
	}
}

func TestTerminateReleasesRunningServers(t *testing.T) {
	var got wire
	d := testDriver(t, capture(&got, `{"RequestId":"req-3"}`))
	if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{Region: "cn-test-2", IDs: []string{"i-1", "i-2"}}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"RegionId": "cn-test-2", "Force": "true", "InstanceId.1": "i-1", "InstanceId.2": "i-2"}
	if got.Action != "DeleteInstances" {
		t.Errorf(`Action is %q, want "DeleteInstances"`, got.Action)
	}
	if got := fmt.Sprint(got.Params); got != fmt.Sprint(want) {
		t.Errorf("Params is %v, want %v", got, fmt.Sprint(want))
	}
}

func TestTooManyOrNoIDsAreRefusedWithoutACall(t *testing.T) {
	d := testDriver(t, roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	}))
	many := make([]string, 101)
	_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: many})
	for what, err := range map[string]error{
		"describe 101":  err,
		"terminate 101": d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: many}),
		"terminate 0":   d.TerminateInstances(t.Context(), &provider.TerminateRequest{}),
	} {
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
}

// TestServersBesideAnErrorAreNotLost: whatever an answer says, the IDs in it are
// instances that somebody pays for.
func TestServersBesideAnErrorAreNotLost(t *testing.T) {
	const ids = `"InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}`
	for what, tc := range map[string]struct {
		status  int
		body    string
		is      error
		outcome provider.Outcome
	}{
		"a refusal":             {403, `{"RequestId":"req-1","Code":"OperationDenied.NoStock","Message":"m",` + ids + `}`, provider.ErrNoStock, provider.OutcomeUnknown},
		"a server error":        {500, `{"RequestId":"req-1","Code":"InternalError","Message":"m",` + ids + `}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		"an error without code": {502, `{"RequestId":"req-1",` + ids + `}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		"a code inside a 200":   {200, `{"RequestId":"req-1","Code":"QuotaExceed.ElasticQuota","Message":"m",` + ids + `}`, provider.ErrQuota, provider.OutcomeUnknown},
	} {
		res, err := testDriver(t, answering(tc.status, tc.body)).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", what, err, e)
		} else if !errors.Is(err, tc.is) {
			t.Errorf("%s: got error %v, want %v", what, err, tc.is)
		} else if e.Outcome != tc.outcome {
			t.Errorf("%s: Outcome is %v, want %v", what, e.Outcome, tc.outcome)
		}
		if res == nil {
			t.Errorf("%s: res is nil, want a value", what)
		} else if !slices.Equal(res.InstanceIDs, []string{"i-1", "i-2"}) {
			t.Errorf("%s: InstanceIDs is %v, want %v", what, res.InstanceIDs, []string{"i-1", "i-2"})
		} else if res.RequestID != "req-1" {
			t.Errorf(`%s: RequestID is %q, want "req-1"`, what, res.RequestID)
		}
	}
	c := provider.NewClient(testDriver(t, answering(403, `{"Code":"OperationDenied.NoStock","Message":"m",`+ids+`}`)), &provider.Options{Region: "cn-test-1"})
	s := *minimalSpec()
	s.Count, s.ClientToken, s.MinCount = 3, "", 0
	synctest.Test(t, func(t *testing.T) { // it is asked for again by its token
		op, err := c.RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("the operation does not have both instances: got error %v, want %v",
				err, provider.ErrOutcomeUnknown)
		} else if op == nil {
			t.Error("the operation does not have both instances: op is nil, want a value")
		} else if !slices.Equal(op.InstanceIDs(), []string{"i-1", "i-2"}) {
			t.Errorf("the operation does not have both instances: op.InstanceIDs() is %v, want %v",
				op.InstanceIDs(), []string{"i-1", "i-2"})
		}
	})
	if _, err := testDriver(t, answering(200, `{"Code":"Success",`+ids+`}`)).RunInstances(t.Context(), minimalSpec()); err != nil {
		t.Errorf("a code of success: got %v", err)
	}
}

func TestASuccessWithoutServersIsAnOpenOutcome(t *testing.T) {
	for body, is := range map[string]error{
		`{"RequestId":"r","Code":"QuotaExceed.ElasticQuota","Message":"m"}`: provider.ErrQuota,
		`{"RequestId":"r","Code":500}`:                                      provider.ErrUnavailable,
	} {
		res, err := testDriver(t, answering(200, body)).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if res != nil {
			t.Errorf("%s: res is %v, want nil", body, res)
		} else if !errors.Is(err, is) {
			t.Errorf("%s: got error %v, want %v", body, err, is)
		} else if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", body, err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v",
				body, e.Outcome, provider.OutcomeUnknown)
		}
	}
}

// cutOff answers with the beginning of a body whose length was promised.
func cutOff(body string) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		resp, err := respond(200, "")
		resp.ContentLength = int64(len(body)) + 100
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, err
	}
}

// The beginning of an answer names instances that exist: they are kept, and the outcome
// of the others is open. Half an ID is none.
func TestIDsOfAnAnswerThatEndsEarlyAreKept(t *testing.T) {
	for body, want := range map[string][]string{
		`{"RequestId":"req-1","OrderId":"o-1","InstanceIdSets":{"InstanceIdSet":["i-1","i-2","i-`: {"i-1", "i-2"},
		`{"RequestId":"req-1","OrderId":"o-1","InstanceIdSets":{"InstanceIdSet":["i-1"`:           {"i-1"},
		`{"RequestId":"req-1","OrderId":"o-1","InstanceIdSets":{"InstanceIdSet":["i-1`:            nil,
		`{"RequestId":"req-1"`: nil,
		``:                     nil,
	} {
		for name, rt := range map[string]roundTrip{"cut": cutOff(body), "short": answering(200, body)} {
			spec := minimalSpec()
			spec.Count = 3
			res, err := testDriver(t, rt).RunInstances(t.Context(), spec)
			if got := outcome(err); got != provider.OutcomeUnknown {
				t.Errorf("%s, %q: outcome(err) is %v, want %v", name, body, got, provider.OutcomeUnknown)
			}
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %q: got error %v, want %v", name, body, err, provider.ErrUnavailable)
			}
			if want == nil && res != nil {
				t.Errorf("%s, %q: got %+v, want nothing", name, body, res)
			}
			if want == nil {
				continue
			}
			if res == nil {
				t.Errorf("%s, %q: res is nil, want a value", name, body)
			} else if !slices.Equal(res.InstanceIDs, want) {
				t.Errorf("%s, %q: InstanceIDs is %v, want %v", name, body, res.InstanceIDs, want)
			} else if res.RequestID != "req-1" {
				t.Errorf(`%s, %q: RequestID is %q, want "req-1"`, name, body, res.RequestID)
			} else if res.OrderID != "o-1" {
				t.Errorf(`%s, %q: OrderID is %q, want "o-1"`, name, body, res.OrderID)
			}
		}
	}
}

// An order that somebody pays later makes nothing before; any other answer with an order
// alone has lost its IDs.
func TestAnUnpaidOrderIsNoLostAnswer(t *testing.T) {
	yes, no := true, false
	const order = `{"RequestId":"req-1","OrderId":"o-1"}`
	for name, c := range map[string]struct {
		options RunOptions
		body    string
		unpaid  bool
	}{
		"by the field":       {RunOptions{AutoPay: &no}, order, true},
		"by a raw parameter": {RunOptions{Params: map[string]string{"AutoPay": "False"}}, order, true},
		"empty list":         {RunOptions{AutoPay: &no}, `{"RequestId":"req-1","OrderId":"o-1","InstanceIdSets":{"InstanceIdSet":[]}}`, true},
		"order as a number":  {RunOptions{AutoPay: &no}, `{"RequestId":"req-1","OrderId":7}`, true},
		"paid at once":       {RunOptions{AutoPay: &yes}, order, false},
		"raw, paid at once":  {RunOptions{Params: map[string]string{"AutoPay": "true"}}, order, false},
		"nothing said":       {RunOptions{}, order, false},
		"without an order":   {RunOptions{AutoPay: &no}, `{"RequestId":"req-1"}`, false},
		"a code of an error": {RunOptions{AutoPay: &no}, `{"RequestId":"req-1","OrderId":"o-1","Code":"InternalError"}`, false},
	} {
		spec := minimalSpec()
		spec.Vendor = []provider.VendorOption{c.options}
		res, err := testDriver(t, answering(200, c.body)).RunInstances(t.Context(), spec)
		if c.unpaid {
			wantOrderAlone(t, name, res, err)
		}
		if !c.unpaid && outcome(err) != provider.OutcomeUnknown {
			t.Errorf("%s: got %+v, %v; want an unknown outcome", name, res, err)
		}
	}
}

// wantOrderAlone checks that a result is an order without instances.
func wantOrderAlone(t *testing.T, name string, res *provider.RunResult, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: got error %v, want none", name, err)
	}
	if res == nil {
		t.Errorf("%s: got no result, want the order", name)
		return
	}
	if len(res.InstanceIDs) != 0 {
		t.Errorf("%s: got instances %v, want none", name, res.InstanceIDs)
	}
	if res.OrderID == "" {
		t.Errorf("%s: got no order, want one", name)
	}
	if res.RequestID != "req-1" {
		t.Errorf("%s: the request is %q, want req-1", name, res.RequestID)
	}
}

func TestEveryIDOfAnAnswerIsReturned(t *testing.T) {
	res, err := testDriver(t, answering(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-2","i-1","i-3"]}}`)).RunInstances(t.Context(), minimalSpec())
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !slices.Equal(res.InstanceIDs, []string{"i-2", "i-1", "i-3"}) {
		t.Errorf("InstanceIDs is %v, want %v", res.InstanceIDs, []string{"i-2", "i-1", "i-3"})
	}
}

// rowsOf is a page of instances with those IDs.
func rowsOf(fields string, ids ...string) string {
	rows := make([]string, len(ids))
	for i, id := range ids {
		rows[i] = fmt.Sprintf(`{"InstanceId":%q}`, id)
	}
	return fmt.Sprintf(`{"RequestId":"r",%s"Instances":{"Instance":[%s]}}`, fields, strings.Join(rows, ","))
}

func TestAPageThatContradictsItselfIsShort(t *testing.T) {
	two := &provider.DescribeRequest{IDs: []string{"i-1", "i-2"}}
	list, later := &provider.DescribeRequest{Name: "web"}, &provider.DescribeRequest{Name: "web", PageToken: "t-1"}
	for name, c := range map[string]struct {
		req  *provider.DescribeRequest
		body string
		want bool
	}{
		"by IDs, all":            {two, rowsOf(`"TotalCount":2,`, "i-1", "i-2"), false},
		"by IDs, one absent":     {two, rowsOf(`"TotalCount":1,`, "i-2"), false},
		"by IDs, none":           {two, rowsOf(`"TotalCount":0,`), false},
		"by IDs, no total":       {two, rowsOf("", "i-1"), false},
		"by IDs, more counted":   {two, rowsOf(`"TotalCount":2,`, "i-1"), true},
		"by IDs, fewer counted":  {two, rowsOf(`"TotalCount":1,`, "i-1", "i-2"), true},
		"by IDs, counted, none":  {two, rowsOf(`"TotalCount":2,`), true},
		"by IDs, a further page": {two, rowsOf(`"NextToken":"t","TotalCount":1,`, "i-1"), true},
		"by IDs, twice":          {two, rowsOf(`"TotalCount":2,`, "i-1", "i-1"), true},
		"by IDs, another":        {two, rowsOf(`"TotalCount":1,`, "i-9"), true},
		"a list":                 {list, rowsOf(`"TotalCount":1,`, "i-1"), false},
		"a list, total unused":   {list, rowsOf(`"TotalCount":0,`, "i-1"), false},
		"a list, more counted":   {list, rowsOf(`"TotalCount":25,`, "i-1"), true},
		"a list, counted, none":  {list, rowsOf(`"TotalCount":25,`), true},
		"a list, twice":          {list, rowsOf("", "i-1", "i-1"), true},
		"a list that goes on":    {list, rowsOf(`"NextToken":"t-1","TotalCount":25,`, "i-1"), false},
		"its last page":          {later, rowsOf(`"TotalCount":25,`, "i-1"), false},
	} {
		page, err := testDriver(t, answering(200, c.body)).DescribeInstances(t.Context(), c.req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if page.Short != c.want {
			t.Errorf("%s: short is %v, want %v", name, page.Short, c.want)
		}
	}
	_, err := testDriver(t, answering(200, `{"RequestId":"r","Instances":{}}`)).DescribeInstances(t.Context(), two)
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("no list: got %v, want ErrUnavailable and not an empty list", err)
	}
}

// Whether a key may describe shows in the code of a dry run, never in a list.
func TestProbeOfTheRightToDescribe(t *testing.T) {
	var got wire
	body := rowsOf("", "i-1")
	d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) { return capture(&got, body)(r) }))
	if err := d.ProbeDescribe(t.Context(), "cn-test-9"); !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("a list: got %v, want an error that proves nothing", err)
	}
	if got.Action != "DescribeInstances" {
		t.Errorf(`Action is %q, want "DescribeInstances"`, got.Action)
	}
	if got.Params["DryRun"] != "true" {
		t.Errorf(`DryRun is %q, want "true"`, got.Params["DryRun"])
	}
	if got.Params["RegionId"] != "cn-test-9" {
		t.Errorf(`RegionId is %q, want "cn-test-9"`, got.Params["RegionId"])
	}
	for code, want := range map[string]error{
		"DryRunOperation":             nil,
		"Forbidden.RAM":               provider.ErrPermission,
		"NoPermission":                provider.ErrPermission,
		"UnauthorizedOperation":       provider.ErrPermission,
		"InvalidAccessKeyId.NotFound": provider.ErrAuth,
		"ServiceUnavailable":          provider.ErrUnavailable,
	} {
		err := testDriver(t, answering(400, failed(code, "m"))).ProbeDescribe(t.Context(), "")
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", code, err, want)
		}
	}
}

// What a template says is true stays so where the spec says nothing, and SendFalse
// says no.
func TestFalseOverridesATemplate(t *testing.T) {
	for send, want := range map[bool]string{false: "true", true: "false"} {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		id, err := templates(t, c).Create(t.Context(), launchtemplate.Spec{Name: "protected", Spec: provider.RunInstancesSpec{
			ImageID: "image-1", InstanceType: "ecs.g6.large", DeletionProtection: true, Login: provider.Login{KeepImageLogin: true},
			Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.RunInstances(t.Context(), provider.RunInstancesSpec{
			LaunchTemplate: &provider.LaunchTemplateRef{ID: id}, Vendor: []provider.VendorOption{RunOptions{SendFalse: send}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		made := sim.Instances(cloudsim.ECS)[0].Params
		for _, name := range []string{"DeletionProtection", "PasswordInherit"} {
			if made[name] != want {
				t.Errorf("with SendFalse %v, %s is %q, want %q", send, name, made[name], want)
			}
		}
	}
}
