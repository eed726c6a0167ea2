package oncehttp

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A status alone proves that nothing was passed on only if its definition says so.
func TestWhatAStatusAloneProves(t *testing.T) {
	tooLarge := Verdict{Fate: Unsent, TooLarge: true, Lasting: true}
	stopped := Verdict{Fate: Unsent, Lasting: true}
	again, open := Verdict{Fate: Unsent}, Verdict{}
	for status, want := range map[int]Verdict{
		413: tooLarge, 414: tooLarge, 431: tooLarge, 494: tooLarge, 407: stopped, 426: stopped, 511: stopped,
		421: again, 425: again,
		429: {Fate: Throttled},
		200: open, 201: open, 301: open, 302: open, 307: open, 400: open, 401: open, 403: open, 404: open, 405: open,
		408: open,
		417: open, 451: open, 500: open, 502: open, 503: open, 504: open, 520: open,
	} {
		got := VerdictOf(status)
		got.why = ""
		if got != want {
			t.Errorf("%d: got %+v, want %+v", status, got, want)
		}
	}
}

func TestStrange(t *testing.T) {
	for _, c := range []struct {
		status int
		words  string
		want   string
	}{
		{503, "", "HTTP 503, not an answer of the API: it is empty"},
		{503, "Unavailable", `HTTP 503, not an answer of the API: "Unavailable"`},
		{503, `{"error":"x"}`, `HTTP 503, not an answer of the API: "{"error":"x"}"`},
		{200, `{"UserData":"x"}`, "HTTP 200, not an answer of the API: JSON that lacks what it must have"},
		{
			200, ` {"Password":"` + password + `"}`,
			"HTTP 200, not an answer of the API: JSON that lacks what it must have",
		},
		{200, "[1]", "HTTP 200, not an answer of the API: JSON that lacks what it must have"},
		{413, "", "HTTP 413, the body of the request is too large, not an answer of the API: it is empty"},
		{414, "", "HTTP 414, the URL of the request is too long, not an answer of the API: it is empty"},
		{431, "", "HTTP 431, the header of the request is too large, not an answer of the API: it is empty"},
		{407, "", "HTTP 407, a proxy wants credentials, not an answer of the API: it is empty"},
	} {
		if got := testRedactor().Strange(c.status, []byte(c.words)); got != c.want {
			t.Errorf("%d with %q: got %s, want %s", c.status, c.words, got, c.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		" 7 ":                           7 * time.Second,
		"0":                             0,
		"-7":                            0,
		"soon":                          0,
		"1.5":                           0,
		"86400":                         MaxRetryAfter,
		"99999999999999999999":          0,
		"Sun, 29 Nov 2026 12:00:30 GMT": 30 * time.Second,
		"Sun, 29 Nov 2026 11:59:30 GMT": 0,
		"Sun, 29 Nov 2099 12:00:30 GMT": MaxRetryAfter,
	} {
		header := http.Header{"Retry-After": {text}, "Date": {now.Format(http.TimeFormat)}}
		if got := RetryAfter(header); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	// Without a Date header, the date is compared with our clock.
	header := http.Header{"Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	if got := RetryAfter(header); got < 50*time.Second || got > time.Minute {
		t.Errorf("a date a minute ahead: got %v", got)
	}
	for status, want := range map[int]bool{429: true, 503: true, 500: false, 404: false, 200: false} {
		if got := Busy(status); got != want {
			t.Errorf("%d is busy: %v, want %v", status, got, want)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for text, want := range map[string]Endpoint{
		"host":                            {"https", "host", ""},
		"host:8443":                       {"https", "host:8443", ""},
		"https://host:8443":               {"https", "host:8443", ""},
		"HTTPS://host/":                   {"https", "host", "/"},
		"http://127.0.0.1:8080":           {"http", "127.0.0.1:8080", ""},
		"http://[::1]:8080":               {"http", "[::1]:8080", ""},
		"http://127.0.0.1:7777/qc/iaas/":  {"http", "127.0.0.1:7777", "/qc/iaas/"},
		"ecs-cn-hangzhou.aliyuncs.com":    {"https", "ecs-cn-hangzhou.aliyuncs.com", ""},
		"https://under_score.example.com": {"https", "under_score.example.com", ""},
	} {
		if got, ok := ParseEndpoint(text); got != want || !ok {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "ftp://host", "http://", "https://user:pass@host", "user@host", "host?x=1", "host#x", "ho st",
		"http://:80", "https://host:x",
		"host:0", "host:99999", "::1", "host/path?x", "host/pa th", "host/p#x", "://host", "host\n",
	} {
		if got, ok := ParseEndpoint(text); ok {
			t.Errorf("%q: got %+v, want it refused", text, got)
		}
	}
	for text, want := range map[string]struct {
		host string
		port int
	}{
		"host": {"host", 443}, "http://host": {"host", 80}, "host:81": {"host", 81}, "http://[::1]:81": {"[::1]", 81},
		"[::1]": {"[::1]", 443},
	} {
		e, _ := ParseEndpoint(text)
		if e.HostOnly() != want.host {
			t.Errorf("%q: the host is %s, want %s", text, e.HostOnly(), want.host)
		}
		if e.Port() != want.port {
			t.Errorf("%q: the port is %d, want %d", text, e.Port(), want.port)
		}
	}
}

func TestWhatABrokenAnswerStillNames(t *testing.T) {
	for body, want := range map[string]string{
		`{"RequestId":"r","Ids":["i-1","i-2"],"Price":1.5}`: "i-1 i-2 r",
		`{"RequestId":"r","Ids":["i-1","i-2`:                "i-1 r",
		`{"Ids":["i-1",7,null,{},"i-2"`:                     "i-1 i-2 ",
		`{"Tags":["no"],"Ids":["i-1"],"Others":["no"]}{`:    "i-1 ",
		`{"Ids":["i-1","\uFFFD","i 2","i-3"]} and more`:     "i-1 i-3 ",
		`{"Ids":"i-1"`:          "",
		`<html>"Ids":["i-1"]`:   "",
		``:                      "",
		`{"Ids":["i-1"`:         "i-1 ",
		`{"Ids":{"Id":["i-1","`: "i-1 ",
	} {
		found := Salvage([]byte(body), "Ids", "Id")
		got := strings.Join(append(OnlyIDs(found.IDs), found.Texts["RequestId"]), " ")
		if got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
