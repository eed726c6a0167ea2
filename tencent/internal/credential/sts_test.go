package credential

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// base is a key pair with a token that may assume a role.
func base() provider.CredentialsSource {
	return provider.StaticCredentials("base-id", planted+"-base-key", planted+"-base-token")
}

// assuming returns the source of a role through a transport.
func assuming(rt http.RoundTripper) provider.CredentialsSource {
	return New(Options{Transport: rt}).AssumeRole(AssumeRoleOptions{
		Source: base(), RoleARN: "arn-1", SessionName: "s-1", Duration: time.Hour, Policy: "%7B%7D", ExternalID: "x-1",
	})
}

// stsReply is an answer of STS with keys of that number.
func stsReply(n int32, life time.Duration) *http.Response {
	return reply(200, fmt.Sprintf(`{"Response":{"Credentials":{"TmpSecretId":"sts-%d","TmpSecretKey":"k","Token":"t"},"ExpiredTime":%d}}`,
		n, time.Now().Add(life).Unix()))
}

func TestARoleIsAssumedByASignedRequest(t *testing.T) {
	var sent *http.Request
	keys, err := assuming(transport(func(req *http.Request) (*http.Response, error) {
		sent = req
		return stsReply(1, time.Hour), nil
	})).Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if keys.AccessKeyID != "sts-1" {
		t.Errorf("got the keys %s, want sts-1", keys.AccessKeyID)
	}
	if got := sent.URL.String(); got != "https://sts.tencentcloudapi.com/" {
		t.Errorf("asked %s", got)
	}
	for header, want := range map[string]string{
		"X-TC-Action": "AssumeRole", "X-TC-Version": "2018-08-13", "X-TC-Region": "ap-guangzhou", "X-TC-Token": planted + "-base-token",
	} {
		if got := sent.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if auth := sent.Header.Get("Authorization"); !strings.HasPrefix(auth, "TC3-HMAC-SHA256 Credential=base-id/") {
		t.Error("the request is not signed with the keys of the source")
	}
}

// What STS says about a refusal is kept, and what it repeats of a secret is not.
func TestARefusalOfSTSSaysWhatAndWhereAndWhatToDo(t *testing.T) {
	refusal := func(code, message string, ahead time.Duration) transport {
		return func(*http.Request) (*http.Response, error) {
			resp := reply(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":%q},"RequestId":"request-1"}}`, code, message))
			resp.Header.Set("Date", time.Now().Add(-ahead).UTC().Format(http.TimeFormat))
			return resp, nil
		}
	}
	for name, c := range map[string]struct {
		transport
		says []string
	}{
		"not allowed": {
			refusal("UnauthorizedOperation.AssumeRole", "no rights, signed with "+planted+"-base-key and "+planted+"-base-token", 0),
			[]string{"arn-1", "sts.tencentcloudapi.com", "UnauthorizedOperation.AssumeRole", "no rights", "request-1"},
		},
		"a clock that is ahead": {
			refusal("AuthFailure.SignatureExpire", "expired", 10*time.Minute), []string{"AuthFailure.SignatureExpire", "ahead of the service", "set it"},
		},
		"a key that is gone": {
			refusal("AuthFailure.SecretIdNotFound", "not found", 0), []string{"AuthFailure.SecretIdNotFound", "deleted or disabled"},
		},
		"a token that has ended": {
			refusal("AuthFailure.TokenFailure", "token", 0), []string{"AuthFailure.TokenFailure", "get new ones"},
		},
		"a broken service": {
			func(*http.Request) (*http.Response, error) { return reply(503, planted), nil }, []string{"HTTP status 503", "arn-1"},
		},
		"a login page": {
			func(*http.Request) (*http.Response, error) { return reply(200, "<html>"+planted), nil }, []string{"cannot be read"},
		},
		"no keys": {
			func(*http.Request) (*http.Response, error) {
				return reply(200, `{"Response":{"Credentials":{"TmpSecretKey":"`+planted+`"},"RequestId":"r"}}`), nil
			}, []string{"without keys"},
		},
		"keys without end": {
			func(*http.Request) (*http.Response, error) {
				return reply(200, `{"Response":{"Credentials":{"TmpSecretId":"a","TmpSecretKey":"`+planted+`"}}}`), nil
			}, []string{"no end"},
		},
		"keys that have ended": {
			func(*http.Request) (*http.Response, error) { return stsReply(1, -time.Hour), nil }, []string{"expired at", "clock"},
		},
		"no network": {
			func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }, []string{"no answer", "no route"},
		},
	} {
		_, err := assuming(c.transport).Credentials(t.Context())
		mustBeClean(t, err)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want it to say %q", name, err, want)
			}
		}
		if errors.Is(err, credential.ErrAbsent) {
			t.Errorf("%s: the error is ErrAbsent, and a chain would go on", name)
		}
	}
}

func TestSTSThatSaysNothingDoesNotHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := transport(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		start := time.Now()
		_, err := assuming(silent).Credentials(t.Context())
		if took := time.Since(start); took != stsTimeout {
			t.Errorf("gave up after %v, want %v", took, stsTimeout)
		}
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want an error that is not the end of the caller's ctx", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := assuming(silent).Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of the caller's ctx", err)
		}
		synctest.Wait()
	})
}

// Everybody who waits shares one call, and keys are renewed before their end.
func TestARoleIsAssumedOnceForAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		s := assuming(transport(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return stsReply(calls.Add(1), time.Hour), nil
		}))
		everybody := func(want string) {
			t.Helper()
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() { wantKeys(t, "one of many", s, want) })
			}
			wg.Wait()
		}
		everybody("sts-1")
		time.Sleep(54 * time.Minute)
		everybody("sts-1")
		time.Sleep(2 * time.Minute)
		everybody("sts-2")
		if n := calls.Load(); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}

func TestWhatCannotBeAssumedIsNotSent(t *testing.T) {
	s := New(Options{Transport: nowhere(t)})
	ofEndpoint := New(Options{Transport: nowhere(t), STSEndpoint: "https://user:" + planted + "@sts"})
	failing := credential.Func(func(context.Context) (provider.Credentials, error) {
		return provider.Credentials{}, credential.Absent("a vault")
	})
	for name, c := range map[string]struct {
		source provider.CredentialsSource
		says   string
	}{
		"no source":           {s.AssumeRole(AssumeRoleOptions{RoleARN: "arn-1"}), "Source"},
		"no role":             {s.AssumeRole(AssumeRoleOptions{Source: base()}), "RoleARN"},
		"too long":            {s.AssumeRole(AssumeRoleOptions{Source: base(), RoleARN: "arn-1", Duration: 13 * time.Hour}), "12h"},
		"half a source":       {s.AssumeRole(AssumeRoleOptions{Source: credential.Func(half), RoleARN: "arn-1"}), "arn-1"},
		"an absent source":    {s.AssumeRole(AssumeRoleOptions{Source: failing, RoleARN: "arn-1"}), "a vault"},
		"an odd endpoint":     {ofEndpoint.AssumeRole(AssumeRoleOptions{Source: base(), RoleARN: "arn-1"}), "must be host"},
		"an odd name of role": {s.RoleNamed("a/b"), "letters"},
	} {
		_, err := c.source.Credentials(t.Context())
		mustBeClean(t, err)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want it to say %q", name, err, c.says)
		}
	}
}

func half(context.Context) (provider.Credentials, error) {
	return provider.Credentials{AccessKeySecret: planted}, nil
}

// A client that the whole process shares would get another transport.
func TestTheSharedClientOfTheSDKIsLeftAlone(t *testing.T) {
	common.DefaultHttpClient = &http.Client{}
	defer func() { common.DefaultHttpClient = nil }()
	_, err := assuming(nowhere(t)).Credentials(t.Context())
	if err == nil || !strings.Contains(err.Error(), "DefaultHttpClient") {
		t.Errorf("got %v, want it to name DefaultHttpClient", err)
	}
	if common.DefaultHttpClient.Transport != nil {
		t.Error("the shared client has a transport")
	}
}

// Printing a source shows nothing.
func TestASourceCanBePrinted(t *testing.T) {
	withEnv.and(withSDK).become(t)
	s := New(Options{})
	for _, source := range []provider.CredentialsSource{s.Environment(), s.Profile("default"), s.Chain()} {
		_, _ = source.Credentials(t.Context())
		if text := fmt.Sprintf("%+v %#v", source, source); strings.Contains(text, planted) {
			t.Errorf("printed as %s", text)
		}
	}
}
