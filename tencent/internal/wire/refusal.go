package wire

import (
	"bytes"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
)

// Refusal returns the error of an answer that holds one, as the SDK reads it. Most
// answers are seen to hold none without being decoded.
func Refusal(body []byte) error {
	if !mayRefuse(body) {
		return nil
	}
	return tchttp.ParseErrorFromHTTPResponse(body)
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
