package fifth

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/driverkit"
)

// path is where all calls about instances go.
const path = "/v1/instances"

// call returns a call whose answer is read by decode. Driverkit sends it once, and turns every
// failure into an error of the driver's contract.
func (d *driver) call(
	method string, query url.Values, body []byte, decode func(*driverkit.Answer) error,
) driverkit.Call {
	return driverkit.Call{
		Op:     method + " " + path,
		Decode: decode,
		Build: func(ctx context.Context, keys provider.Credentials) (*http.Request, error) {
			at := d.endpoint + path
			if len(query) > 0 {
				at += "?" + query.Encode()
			}
			req, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
			if err != nil {
				return nil, errors.New("the endpoint is not a URL") // err would show the query
			}
			if body != nil {
				req.Header.Set("Content-Type", "application/json")
			}
			sign(req, body, keys)
			return req, nil
		},
	}
}

// sign adds the signature: an HMAC over method, path and query, time, and body.
func sign(req *http.Request, body []byte, keys provider.Credentials) {
	date := time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, []byte(keys.AccessKeySecret.Reveal()))
	mac.Write([]byte(req.Method + "\n" + req.URL.RequestURI() + "\n" + date + "\n"))
	mac.Write(body)
	req.Header.Set("Date", date)
	req.Header.Set("Authorization", "Fifth "+keys.AccessKeyID+":"+hex.EncodeToString(mac.Sum(nil)))
}

// decode reads an answer into out. Every answer of Fifth Cloud has a request ID, so that JSON
// without one was not written by it. A refusal has a code.
func decode(a *driverkit.Answer, out any) error {
	var head struct{ RequestID, Code, Message string }
	if err := json.Unmarshal(a.Body, &head); err != nil {
		return err
	}
	switch {
	case head.RequestID == "":
		return errors.New("the answer has no request ID")
	case head.Code != "":
		return &driverkit.Refusal{Code: head.Code, Message: head.Message, RequestID: head.RequestID}
	}
	return json.Unmarshal(a.Body, out)
}
