package providertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// Wire is a vendor request as the driver sent it, without the parts that differ from
// call to call: signature, nonce, time and client library.
type Wire struct {
	Host   string
	Action string            // the vendor's name of the call, or "POST /path" where a request has none
	Region string            // if a header carries it
	Params map[string]string // flat, by wire name; query, form and JSON body together
}

// volatile parameters do not depend on the spec.
var volatile = map[string]bool{
	"Signature": true, "SignatureNonce": true, "SignatureMethod": true, "SignatureVersion": true, "SignatureType": true,
	"Timestamp": true, "AccessKeyId": true, "Format": true, "Version": true, "Action": true, "SecurityToken": true,
	"signature": true, "signature_method": true, "signature_version": true, "time_stamp": true, "access_key_id": true,
	"action": true, "version": true,
}

// ReadWire parses a request to any of the four vendors, or to another service with parameters
// in the query, in a form or in a JSON body. Where no vendor's name of the call is found, the
// Action is the method and the path, as "POST /v1/instances".
func ReadWire(req *http.Request) (Wire, error) {
	w := Wire{
		Host: strings.TrimSuffix(req.URL.Host, ":443"), Region: req.Header.Get("X-Tc-Region"),
		Params: map[string]string{},
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return w, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	query := req.URL.Query()
	isJSON := strings.HasPrefix(req.Header.Get("Content-Type"), "application/json")
	if isJSON && len(body) > 0 {
		if err := flattenJSON(body, w.Params); err != nil {
			return w, err
		}
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		for k, v := range form {
			query[k] = append(query[k], v...)
		}
	}
	w.Action = first(req.Header.Get("X-Tc-Action"), query.Get("Action"), query.Get("action"),
		req.Method+" "+req.URL.Path)
	for k, v := range query {
		if !volatile[k] {
			w.Params[k] = strings.Join(v, "\x00")
		}
	}
	return w, nil
}

// String returns the request as sorted, indented JSON: the form of golden files.
func (w Wire) String() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(w); err != nil {
		return err.Error()
	}
	return b.String()
}

func flattenJSON(body []byte, out map[string]string) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("request body is not JSON: %w", err)
	}
	flatten("", v, out)
	return nil
}

func flatten(prefix string, v any, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			flatten(strings.TrimPrefix(prefix+"."+k, "."), e, out)
		}
	case []any:
		for i, e := range v {
			flatten(prefix+"."+strconv.Itoa(i), e, out)
		}
	default:
		out[prefix] = fmt.Sprint(v)
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Capture is a transport that keeps every request and refuses the connection.
// It is safe for concurrent use.
type Capture struct {
	mu   sync.Mutex
	sent []Wire
}

// errCaptured is the error of a captured call: a dial error, so that no
// driver believes that the cloud has seen the request.
var errCaptured = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("captured, not sent")}

// RoundTrip implements http.RoundTripper.
func (c *Capture) RoundTrip(req *http.Request) (*http.Response, error) {
	w, err := ReadWire(req)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, w)
	return nil, errCaptured
}

// Take returns the requests since the last Take.
func (c *Capture) Take() []Wire {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.sent
	c.sent = nil
	return sent
}
