package wire_test

import (
	"fmt"
	"testing"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// However an error is written, it is found where the SDK itself would find it.
func TestRefusalIsWhatTheSDKReads(t *testing.T) {
	for _, body := range []string{
		`{"Response":{"Error":{"Code":"LimitExceeded","Message":"no"},"RequestId":"r"}}`,
		`{"Response":{"RequestId":"r","error" : {"CODE":"LimitExceeded","Message":"no"}}}`,
		`{"Response":{"\u0045rror":{"Code":"LimitExceeded"},"RequestId":"r"}}`,
		`{"Response":{"Error":{"\u0043ode":"LimitExceeded"}}}`,
		`{"response":{"ERROR":{"code":"LimitExceeded"}}}`,
		`{"code":4100,"message":"no","codeDesc":"AuthFailure"}`,
		`{"\u0063ode":4100,"message":"no","codeDesc":"AuthFailure"}`,
		`{"Response":{"Error":{"Code":""},"RequestId":"r"}}`,
		`{"Response":{"InstanceSet":[{"LatestOperationErrorMsg":"Error","InstanceName":"code"}],"RequestId":"r"}}`,
		`{"Response":{"InstanceSet":[{"InstanceName":"\\u0041"}],"RequestId":"r"}}`,
		`{"Response":{"InstanceIdSet":["ins-1"],"RequestId":"r"}}`,
		`{"Response":{"Error":`,
		`{}`,
	} {
		got, want := wire.Refusal([]byte(body)), tchttp.ParseErrorFromHTTPResponse([]byte(body))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s\nis read as %v, the SDK says %v", body, got, want)
		}
	}
}

// An error that cannot be read is no success. What means "none" is none.
func TestAnErrorWithoutACode(t *testing.T) {
	for text, refused := range map[string]bool{
		`"the quota is exceeded"`: true, `7`: true, `true`: true, `{"Code":{"a":1}}`: true, `["a","b"]`: true, `{"Message":"no"}`: true,
		`[{"Code":"LimitExceeded"}]`: true, `{"Code":"LimitExceeded","Message":[1]}`: true,
		`""`: false, `null`: false, `{}`: false, `[]`: false, `false`: false, `0`: false, `{"Code":""}`: false,
	} {
		body := `{"Response":{"Error":` + text + `,"RequestId":"r"}}`
		if err := wire.Refusal([]byte(body)); (err != nil) != refused {
			t.Errorf("%s: got %v, want an error: %v", body, err, refused)
		}
	}
}
