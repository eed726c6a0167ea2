package seeds_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Examples of the chapters of the ECS reference that belong to no action, and of the
// page of RunInstances: answers in JSON and XML. The example of the signature is in
// package cloudsim. A text in angle brackets or a comment of the reference is left
// out, and a line that it breaks is whole here.
const (
	errorJSON = `{
		"RequestId": "540CFF28-407A-40B5-B6A5-74Bxxxxxxxxx",
		"HostId": "ecs.aliyuncs.com",
		"Code": "MissingParameter.CommandId",
		"Message": "The input parameter “CommandId” that is mandatory for processing this request is not supplied."
	}`
	errorXML = `<?xml version="1.0" encoding="UTF-8"?>
		<Error>
			<RequestId>540CFF28-407A-40B5-B6A5-74Bxxxxxxxxx</RequestId>
			<HostId>ecs.aliyuncs.com</HostId>
			<Code>MissingParameter.CommandId</Code>
			<Message>The input parameter “CommandId” that is mandatory for processing this request is not supplied.</Message>
		</Error>`
	regionsXML = `<DescribeRegionsResponse>
			<Regions>
				<Region><LocalName>青岛节点</LocalName><RegionId>cn-qingdao</RegionId></Region>
				<Region><LocalName>杭州节点</LocalName><RegionId>cn-hangzhou</RegionId></Region>
			</Regions>
			<RequestId>833C6B2C-E309-45D4-A5C3-03A7A7A48ACF</RequestId>
		</DescribeRegionsResponse>`
	runJSON = `{
		"InstanceIdSets": {"InstanceIdSet": ["i-bp67acfmxazb4ph***", "i-bp67acfmxazb4pi***", "i-bp67acfmxazb4pj***"]},
		"RequestId": "04F0F334-1335-436C-A1D7-6C044FE73368"
	}`
)

// refusing answers every call with one body and status.
type refusing struct {
	status int
	body   string
}

// RoundTrip implements http.RoundTripper.
func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(bytes.NewReader([]byte(r.body))),
		Request: req,
	}, nil
}

func TestTheErrorOfTheReferenceIsReadWhole(t *testing.T) {
	v := vendors()["aliyun"]
	_, err := v.connect(t, v.region, refusing{http.StatusBadRequest, errorJSON}, nil).RunInstances(t.Context(), v.build(t, v.base), nil)
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("the example gives %v, want a %T", err, e)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Fatalf("the example gives %v, want %v", err, provider.ErrInvalid)
	}
	want := provider.APIError{
		Driver: "aliyun", Op: "RunInstances", Code: "MissingParameter.CommandId", HTTPStatus: 400, Outcome: provider.OutcomeRejected,
		Message:   "The input parameter “CommandId” that is mandatory for processing this request is not supplied.",
		RequestID: "540CFF28-407A-40B5-B6A5-74Bxxxxxxxxx", Kind: provider.ErrInvalid, Err: e.Err,
	}
	if *e != want {
		t.Errorf("the caller is told\n%+v\nwant\n%+v", *e, want)
	}
}

func TestTheAnswerOfRunInstancesIsReadWhole(t *testing.T) {
	v := vendors()["aliyun"]
	op, err := v.connect(t, v.region, refusing{http.StatusOK, runJSON}, nil).RunInstances(t.Context(), v.build(t, v.base, "Count=3"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"i-bp67acfmxazb4ph***", "i-bp67acfmxazb4pi***", "i-bp67acfmxazb4pj***"}
	if got := op.InstanceIDs(); !slices.Equal(got, want) {
		t.Errorf("the instances are %q, want %q", got, want)
	}
}

// What the examples in XML hold, the simulator answers in the same elements.
func TestXMLExamplesThatBelongToNoAction(t *testing.T) {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{
		Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.Refuse, Status: 400, Code: "MissingParameter.CommandId",
		Message: "The input parameter “CommandId” that is mandatory for processing this request is not supplied.",
	})
	ecs := &rawECS{t: t, sim: sim}
	for _, c := range []struct {
		action, want string
		status       int
	}{
		{"RunInstances", errorXML, http.StatusBadRequest},
		{"DescribeRegions", regionsXML, http.StatusOK},
	} {
		status, body := ecs.send(c.action, nil)
		if status != c.status {
			t.Errorf("%s: status %d, want %d: %s", c.action, status, c.status, body)
		}
		if head := `<?xml version="1.0" encoding="UTF-8"?>`; !strings.HasPrefix(body, head) {
			t.Errorf("%s: the answer is %s, want it to begin with %s", c.action, body, head)
		}
		got := elements(t, body)
		for _, want := range elements(t, c.want) {
			i := slices.IndexFunc(got, func(e element) bool { return e.path == want.path })
			switch {
			case i < 0:
				t.Errorf("%s: the answer has no %s", c.action, want.path)
			case isVerbatim(want.path) && got[i].text != want.text:
				t.Errorf("%s: %s is %q, want %q", c.action, want.path, got[i].text, want.text)
			case want.text != "" && got[i].text == "":
				t.Errorf("%s: %s is empty", c.action, want.path)
			}
		}
	}
}

// isVerbatim reports whether the text at a path must be as in the document.
func isVerbatim(path string) bool {
	return strings.HasSuffix(path, "/code") || strings.HasSuffix(path, "/message")
}
