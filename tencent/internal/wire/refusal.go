package wire

import (
	"bytes"
	"slices"

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
// reads field by field: a message in an odd form does not hide the code. An error whose code
// cannot be read is one of the SDK, because the answer is no success either. Most answers are seen
// to hold none without being decoded.
func Refusal(body []byte) error {
	if !mayRefuse(body) {
		return nil
	}
	var a refusal
	unread, err := tolerant.Unmarshal(body, &a)
	if err != nil {
		return tchttp.ParseErrorFromHTTPResponse(body)
	}
	e := a.Response.Error
	hidden := slices.Contains(unread, "Response.Error") || slices.Contains(unread, "Response.Error.Code")
	switch {
	case e.Code != "":
		return tcerr.NewTencentCloudSDKError(e.Code, e.Message, a.Response.RequestID)
	case a.Code != 0:
		return tcerr.NewTencentCloudSDKError(a.CodeDesc, a.Message, "")
	case e.Message != "", hidden && !saysNone(body):
		return tcerr.NewTencentCloudSDKError("ClientError.ParseJsonError", "the error in the answer has no code", "")
	}
	return nil
}

// saysNone reports whether an answer has false or 0 where an error would be.
func saysNone(body []byte) bool {
	var a struct{ Response struct{ Error any } }
	_, err := tolerant.Unmarshal(body, &a)
	isFalse, isZero := a.Response.Error == false, a.Response.Error == 0.0
	if err != nil {
		return false
	}
	return isFalse || isZero
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
