package wire

import (
	"bytes"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"github.com/yunfan-cloud/yunfan/internal/tolerant"
)

// refusal is an answer with an error, in today's form and in an older one.
type refusal struct {
	Response struct {
		Error struct {
			Code    string
			Message string
		}
		RequestID string `json:"RequestId"`
	}
	Code     int
	CodeDesc string
	Message  string
}

// Refusal returns the error of an answer that holds one, as the SDK reads it. Unlike the SDK it
// reads field by field: a message in an odd form does not hide the code. Most answers are seen
// to hold none without being decoded.
func Refusal(body []byte) error {
	if !mayRefuse(body) {
		return nil
	}
	var a refusal
	if _, err := tolerant.Unmarshal(body, &a); err != nil {
		return tchttp.ParseErrorFromHTTPResponse(body)
	}
	switch e := a.Response.Error; {
	case e.Code != "":
		return tcerr.NewTencentCloudSDKError(e.Code, e.Message, a.Response.RequestID)
	case a.Code != 0:
		return tcerr.NewTencentCloudSDKError(a.CodeDesc, a.Message, "")
	}
	return nil
}

// mayRefuse reports whether an answer may have a member that makes it an error:
// Response.Error.Code, or code in answers of an older form. Names count in upper
// and lower case, as they do when an answer is decoded; a name with an escape in it
// may be any name.
func mayRefuse(body []byte) bool {
	if bytes.Contains(body, []byte(`\u`)) {
		return true
	}
	for {
		i := bytes.IndexByte(body, '"')
		if i < 0 {
			return false
		}
		body = body[i+1:]
		if isName(body, "error") || isName(body, "code") {
			return true
		}
	}
}

// isName reports whether a text goes on with a name and its closing quote.
func isName(text []byte, name string) bool {
	return len(text) > len(name) && text[len(name)] == '"' && bytes.EqualFold(text[:len(name)], []byte(name))
}
