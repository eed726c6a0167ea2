package redact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	s := Secrets{"pass<word>", "", "abc", `quo"ted`}
	for text, want := range map[string]string{
		"nothing":                       "nothing",
		"is pass<word>!":                "is [redacted]!",
		`json "pass\u003cword\u003e"`:   `json "[redacted]"`,
		"url pass%3Cword%3E":            "url [redacted]",
		`quo"ted and quo\"ted`:          "[redacted] and [redacted]",
		"short abc stays":               "short abc stays",
		"signed TC3-HMAC-SHA256\n17\nx": "signed [redacted]",
	} {
		if got := s.Clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestCauseTellsNoMoreThanItShould(t *testing.T) {
	s := Secrets{"planted"}
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"nothing":      {nil, "<nil>"},
		"plain":        {io.ErrUnexpectedEOF, "unexpected EOF"},
		"URL":          {&url.Error{Op: "Post", URL: "https://h/?planted", Err: reset}, "read: connection reset"},
		"URL in a URL": {fmt.Errorf("x: %w", &url.Error{Op: "Post", URL: "u", Err: &url.Error{Op: "Get", URL: "v", Err: io.EOF}}), "EOF"},
		"deadline":     {context.DeadlineExceeded, "timed out"},
		"cancel":       {&url.Error{Op: "Post", URL: "u", Err: context.Canceled}, "timed out"},
		"net timeout":  {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "timed out"},
		"URL as text":  {errors.New("see http://h"), "error of type *errors.errorString"},
		"secret":       {errors.New("got planted"), "error of type *errors.errorString"},
		"wrapped":      {opaque{errors.New("got planted")}, "error of type redact.opaque"},
	} {
		got := s.Cause(c.err)
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: got %v, want %s", name, got, c.want)
		}
		if errors.Is(got, context.DeadlineExceeded) || errors.Is(got, context.Canceled) {
			t.Errorf("%s: reads as the end of a caller's ctx", name)
		}
	}
	if got := s.Cause(&url.Error{Err: reset}); !errors.Is(got, reset) {
		t.Errorf("a harmless cause is not reachable: %v", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", s.Cause(opaque{errors.Join(io.EOF, errors.New("planted"))})), "planted") {
		t.Error("a joined error tells a secret")
	}
}

type opaque struct{ below error }

func (o opaque) Error() string { return "failed" }
func (o opaque) Unwrap() error { return o.below }
