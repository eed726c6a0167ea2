package driverkit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Preview returns the request of a call as [provider.RunPreviewer] shows it: the parameters of
// its query, and of a body that is JSON or a form, flat under their names. Those that are named
// in masked are shown as "[redacted]". It builds the request with empty credentials and sends
// nothing.
func Preview(driver string, call Call, masked ...string) (provider.Request, error) {
	req, err := call.Build(context.Background(), provider.Credentials{})
	if err != nil {
		return provider.Request{}, err
	}
	params := map[string]string{}
	addValues(params, req.URL.Query())
	if err := addBody(params, req); err != nil {
		return provider.Request{}, err
	}
	for name, value := range params {
		if slices.Contains(masked, name) {
			params[name] = provider.Secret(value).String()
		}
	}
	return provider.Request{Driver: driver, Action: call.Op, Host: req.URL.Host, Params: params}, nil
}

func addValues(params map[string]string, values url.Values) {
	for name, list := range values {
		params[name] = strings.Join(list, "\x00")
	}
}

func addBody(params map[string]string, req *http.Request) error {
	body := bodyOf(req)
	kind, _, _ := strings.Cut(req.Header.Get("Content-Type"), ";")
	switch kind {
	case "application/json":
		d := json.NewDecoder(bytes.NewReader([]byte(body)))
		d.UseNumber()
		var tree any
		if err := d.Decode(&tree); err != nil {
			return fmt.Errorf("the body of %s is no JSON: %w", req.URL.Path, err)
		}
		flatten(params, "", tree)
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(body)
		if err != nil {
			return fmt.Errorf("the body of %s is no form: %w", req.URL.Path, err)
		}
		addValues(params, values)
	}
	return nil
}

// flatten adds the leaves of a JSON value under their paths, such as "dataDisks.0.sizeGiB".
func flatten(params map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			flatten(params, strings.TrimPrefix(path+"."+name, "."), inner)
		}
	case []any:
		for i, inner := range v {
			flatten(params, path+"."+strconv.Itoa(i), inner)
		}
	default:
		params[path] = fmt.Sprint(v)
	}
}
