package keysource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// Answer is what a service that gives keys has answered. Its body may hold keys.
type Answer struct {
	Status int
	Body   []byte
	Clock  oncehttp.Clock // of this computer, against the service's
}

// Ask sends a request once and reads the whole answer, within a bound. For a metadata service the
// transport must be of [oncehttp.Direct]. An answer with any status is no error. Errors begin with
// what, which names the service, and quote neither URL nor answer.
func Ask(
	ctx context.Context, via http.RoundTripper, req *http.Request, within time.Duration, what string,
) (Answer, error) {
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	x := &oncehttp.Exchange{}
	answer, err := exchange(x, via, req.WithContext(x.Watch(bounded)))
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case bounded.Err() != nil:
		return Answer{}, fmt.Errorf("%s does not answer within %v", what, within)
	default:
		return Answer{}, fmt.Errorf("%s cannot be reached: %w", what, Cause(err))
	}
}

func exchange(x *oncehttp.Exchange, via http.RoundTripper, req *http.Request) (Answer, error) {
	resp, err := x.RoundTrip(via, req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	err = x.ReadAll(resp)
	return Answer{Status: x.Status(), Body: x.Body(), Clock: x.Clock()}, err
}

// Cause returns an error without URLs and other requests, and so without secrets in them.
func Cause(err error) error { return (*oncehttp.Redactor)(nil).Cause(err) }

// errURL does not quote the URL, which may hold a password.
var errURL = errors.New("it is no http:// or https:// URL")

// CheckURL returns an error when a text is not the URL of a service. The error does not quote it.
func CheckURL(text string) error {
	req, err := http.NewRequest(http.MethodGet, text, http.NoBody) //nolint:noctx // it is never sent
	if err != nil {
		return errURL
	}
	web := req.URL.Scheme == "http" || req.URL.Scheme == "https"
	if !web || req.URL.Host == "" {
		return errURL
	}
	return nil
}
