package simtest

import (
	"net/http"
	"net/http/httptest"
)

// Over returns a transport that passes every request to a handler.
func Over(h http.Handler) http.RoundTripper {
	return transportFunc(func(r *http.Request) (*http.Response, error) {
		in := r.Clone(r.Context())
		if in.Body == nil {
			in.Body = http.NoBody // as in a request that an HTTP server reads
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, in)
		return rec.Result(), nil
	})
}

type transportFunc func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
