package alicloud

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

type sourceFunc func(context.Context) (provider.Credentials, error)

func (f sourceFunc) Credentials(ctx context.Context) (provider.Credentials, error) { return f(ctx) }

func TestWithoutCredentialsNothingIsSent(t *testing.T) {
	sent := false
	c, err := New(Config{Driver: "aliyun", Endpoint: "ecs.example.com", Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		sent = true
		return respond(200, "{}"), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), createRequest()); !errors.Is(err, provider.ErrAuth) {
		t.Errorf("got %v, want ErrAuth", err)
	}
	if sent {
		t.Error("a call without a key was sent")
	}
}

// Sources may renew keys with clients that know no context.
func TestCancelDoesNotWaitForTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
		c.keys = sourceFunc(func(context.Context) (provider.Credentials, error) {
			<-release
			return provider.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}, nil
		})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				start := time.Now()
				_, err := c.Call(ctx, createRequest())
				if took := time.Since(start); took != 2*time.Second {
					t.Errorf("the call took %v, want 2s", took)
				}
				if !errors.Is(err, context.DeadlineExceeded) || outcome(err) != provider.OutcomeUnsent {
					t.Errorf("got %v, %s; want the ctx's error, nothing sent", err, outcome(err))
				}
			})
		}
		wg.Wait()
		close(release)
		synctest.Wait()
		if _, err := c.Call(t.Context(), createRequest()); err != nil {
			t.Errorf("after the source recovered: %v", err)
		}
	})
}

func TestAPanickingSourceIsAnAuthError(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
	c.keys = sourceFunc(func(context.Context) (provider.Credentials, error) { panic("planted") })
	for range 2 {
		_, err := c.Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrAuth) || strings.Contains(err.Error(), "planted") {
			t.Errorf("got %v, want ErrAuth", err)
		}
	}
}

func TestAnUnsignedCallHasNoKey(t *testing.T) {
	var query string
	c := testCaller(t, func(r *http.Request) (*http.Response, error) {
		query = r.URL.RawQuery
		return respond(200, "{}"), nil
	})
	c.keys = sourceFunc(func(context.Context) (provider.Credentials, error) {
		return provider.Credentials{}, errors.New("asked")
	})
	r := createRequest()
	r.Unsigned = true
	if _, err := c.Call(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AccessKeyId", "Signature", "SecurityToken"} {
		if strings.Contains(query, name) {
			t.Errorf("an unsigned call has %s: %s", name, query)
		}
	}
	if !strings.Contains(query, "Action=RunInstances&") {
		t.Errorf("the action is missing: %s", query)
	}
}

// A refusal for the time of a request says how far the clock is off, and what to do.
func TestRefusalsThatSayWhatToDo(t *testing.T) {
	answer := func(t *testing.T, code string, ahead time.Duration) error {
		t.Helper()
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			resp := respond(400, `{"Code":"`+code+`","Message":"no.","RequestId":"r-1"}`)
			resp.Header = http.Header{"Date": {time.Now().Add(-ahead).UTC().Format(http.TimeFormat)}}
			return resp, nil
		})
		_, err := c.Call(t.Context(), createRequest())
		return err
	}
	for _, code := range []string{"InvalidTimeStamp.Expired", "InvalidTimeStamp.Format", "IllegalTimestamp", "InvalidTimestamp.Expired"} {
		synctest.Test(t, func(t *testing.T) {
			err := answer(t, code, 20*time.Minute)
			if want := "the local clock is 20m"; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want the text %q", code, err, want)
			}
		})
	}
	if err := answer(t, "InvalidSecurityToken.Expired", 0); !strings.Contains(err.Error(), "have ended: get new ones") {
		t.Errorf("an expired token: got %v", err)
	}
	if err := answer(t, "InvalidSecurityToken.MismatchWithAccessKey", 0); strings.Contains(err.Error(), "have ended") {
		t.Errorf("a wrong token: got %v, which says that it has ended", err)
	}
}
