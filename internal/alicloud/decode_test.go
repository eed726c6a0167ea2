package alicloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestTextTakesWhatTheCloudMaySend(t *testing.T) {
	for in, want := range map[string]Text{
		`"x"`: "x", `""`: "", `7`: "7", `0`: "0", `true`: "true", `null`: "", `"a\"b"`: `a"b`, `{"x":1}`: `{"x":1}`,
	} {
		var got Text
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s became %q (%v), want %q", in, got, err, want)
		}
	}
}

func TestTextInt(t *testing.T) {
	for in, want := range map[Text]int{"7": 7, "": 0, "x": 0, "20480.0": 20480, "-1": -1} {
		if got := in.Int(); got != want {
			t.Errorf("%q is %d, want %d", in, got, want)
		}
	}
}

func TestIDsInEveryDocumentedShape(t *testing.T) {
	for in, want := range map[string][]string{
		`{"InstanceIdSet":["i-1","i-2"]}`:  {"i-1", "i-2"},
		`{"InstanceId":["i-1"]}`:           {"i-1"},
		`["i-1","i-2"]`:                    {"i-1", "i-2"},
		`["[i-1,i-2]"]`:                    {"i-1", "i-2"},
		`"[\"i-1\", \"i-2\"]"`:             {"i-1", "i-2"},
		`"i-1"`:                            nil,
		`"try again later"`:                nil,
		`{"InstanceIdSet":"x"}`:            nil,
		`{"InstanceIdSet":"i-1"}`:          {"i-1"},
		`{"A":[{"InstanceId":"i-1"}]}`:     {"i-1"},
		`{"A":["i-1"],"B":"x"}`:            {"i-1"},
		`{"A":"x","B":["i-1","i-2"]}`:      {"i-1", "i-2"},
		`{"InstanceIdSet":"[i-1,i-2]"}`:    {"i-1", "i-2"},
		`null`:                             nil,
		`{}`:                               nil,
		`[]`:                               nil,
		`[""]`:                             nil,
		`7`:                                nil,
		`{"InstanceId":[null,7,"i-1",{}]}`: {"i-1"},
	} {
		var got IDs
		if err := json.Unmarshal([]byte(in), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s became %q (%v), want %q", in, got, err, want)
		}
	}
}

func TestDecodeRefusesAnswersWithoutSense(t *testing.T) {
	c := testCaller(t, nil)
	for _, body := range []string{"", " ", "null", "[]", `"x"`, "<html>", `{"A":`, `{"A":1}x`} {
		var out struct{ A int }
		err := c.Decode(createRequest(), &Response{Body: []byte(body), HTTPStatus: 200, RequestID: "req-1"}, &out)
		var e *provider.APIError
		if !errors.As(err, &e) || !errors.Is(err, provider.ErrUnavailable) || e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%q: got %v, want ErrUnavailable, unknown", body, err)
			continue
		}
		if e.Op != "RunInstances" || e.HTTPStatus != 200 || e.RequestID != "req-1" {
			t.Errorf("%q: details are lost: %+v", body, e)
		}
	}
	var out struct{ A int }
	if err := c.Decode(createRequest(), &Response{Body: []byte("\n {\"A\":7} ")}, &out); err != nil || out.A != 7 {
		t.Errorf("got %v, %v", out, err)
	}
}

// Of a long answer, one field in another form must not hide the others: neither of what
// encoding/json reads nor of what the SDK's decoder reads.
func TestDecodeReadsFieldByField(t *testing.T) {
	type answer struct {
		*responses.BaseResponse
		A    int
		List struct{ Item []struct{ ID, Size int } }
	}
	const body = `{"RequestId":"r","A":{"x":1},"List":{"Item":[{"ID":1,"Size":[2]},{"ID":3,"Size":"4"}]}}`
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, body), nil })
	for _, bySDK := range []bool{false, true} {
		out, r := answer{BaseResponse: &responses.BaseResponse{}}, createRequest()
		if bySDK {
			r.Into = &out
		}
		resp, err := c.Call(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Decode(r, resp, &out); err != nil {
			t.Errorf("by the SDK %v: got error %v, want none", bySDK, err)
			continue
		}
		if got, want := strings.Join(resp.Unread, " "), "A List.Item[].Size"; got != want {
			t.Errorf("by the SDK %v: unread is %q, want %q", bySDK, got, want)
		}
		if got, want := fmt.Sprint(out.List.Item), "[{1 0} {3 4}]"; got != want {
			t.Errorf("by the SDK %v: got %s, want %s", bySDK, got, want)
		}
	}
}

func TestRequestID(t *testing.T) {
	for in, want := range map[string]string{
		`{"RequestId":"r-1","X":1}`: "r-1", `{"X":1,"RequestId" : "r-2"}`: "r-2", `{"RequestId":7}`: "",
		`{"RequestId":"cut`: "", `{"RequestId":`: "", `{}`: "", ``: "", `{"RequestId":"a b"}`: "", `{"RequestId":"a\"b"}`: "",
	} {
		if got := requestID([]byte(in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
