package alicloud

import (
	"encoding/base64"
	"encoding/json"
	"net/url"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// redactorOf knows what no error of a call may show.
func redactorOf(r Request, key provider.Credentials, query string) *oncehttp.Redactor {
	out := &oncehttp.Redactor{}
	for _, name := range append(secretParams(), r.Secrets...) {
		out.Hide(oncehttp.PieceOf(name), r.Params[name])
	}
	if raw, err := base64.StdEncoding.DecodeString(r.Params["UserData"]); err == nil {
		out.Hide(oncehttp.PieceOfData, string(raw))
	}
	out.Hide(oncehttp.PieceOfKey, key.AccessKeySecret.Reveal(), key.SecurityToken.Reveal())
	if q, err := url.ParseQuery(query); err == nil {
		out.Hide(oncehttp.PieceOfData, q.Get("Signature"))
	}
	return out
}

// rebuild makes a clean copy of the SDK's error, for errors.As. It leaves out
// the response headers and the recommendation, which is a link.
func rebuild(s *sdkerrors.ServerError, code string, clean func(string) string) error {
	body := map[string]any{
		"Code":      code,
		"Message":   clean(s.Message()),
		"RequestId": clean(s.RequestId()),
		"HostId":    clean(s.HostId()),
	}
	detail := map[string]any{}
	for k, v := range s.AccessDeniedDetail() {
		if text, ok := v.(string); ok {
			detail[k] = clean(text)
		}
	}
	if len(detail) > 0 {
		body["AccessDeniedDetail"] = detail
	}
	text, err := json.Marshal(body)
	if err != nil {
		return errMalform
	}
	return sdkerrors.NewServerError(s.HttpStatus(), string(text), "")
}
