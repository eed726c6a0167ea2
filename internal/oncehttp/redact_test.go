package oncehttp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

const (
	password = `Pl4nted-(Pass)_w"r<d>&1`
	userData = "#!/bin/sh\necho 'planted user data' > /etc/motd && reboot\nprintf \"a\\tb\" | base64 -d\n"
)

func testRedactor() *Redactor {
	r := &Redactor{}
	r.Hide(PieceOfKey, password)
	r.Hide(PieceOfData, userData)
	return r
}

// escaped returns a secret in the forms in which a service may repeat it.
func escaped(s string) map[string]string {
	quoted := func(s string) string {
		text, _ := json.Marshal(s)
		return string(text[1 : len(text)-1])
	}
	blanks := func(s string) string { return strings.ReplaceAll(s, "+", "%20") }
	query := url.QueryEscape(s)
	b := []byte(s)
	return map[string]string{
		"as it is":                     s,
		"URL":                          query,
		"URL, blanks as %20":           blanks(query),
		"URL, lower case":              lowerEscapes(query),
		"URL path":                     url.PathEscape(s),
		"URL twice":                    url.QueryEscape(query),
		"URL twice, blanks as %20":     url.QueryEscape(blanks(query)),
		"JSON":                         quoted(s),
		"JSON twice":                   quoted(quoted(s)),
		"JSON three times":             quoted(quoted(quoted(s))),
		"JSON of a URL":                quoted(query),
		"URL of JSON":                  url.QueryEscape(quoted(s)),
		"Go":                           strings.Trim(strconv.Quote(s), `"`),
		"Go, ASCII":                    strings.Trim(strconv.QuoteToASCII(s), `"`),
		"HTML":                         html.EscapeString(s),
		"HTML of JSON":                 html.EscapeString(quoted(s)),
		"line ends as blanks":          strings.ReplaceAll(s, "\n", " "),
		"line ends escaped":            strings.ReplaceAll(s, "\n", `\n`),
		"line ends of another system":  strings.ReplaceAll(s, "\n", "\r\n"),
		"line ends dropped":            strings.ReplaceAll(s, "\n", ""),
		"line ends escaped twice":      strings.ReplaceAll(s, "\n", `\\n`),
		"base64":                       base64.StdEncoding.EncodeToString(b),
		"base64 without padding":       base64.RawStdEncoding.EncodeToString(b),
		"base64 for URLs":              base64.URLEncoding.EncodeToString(b),
		"base64 in a URL":              url.QueryEscape(base64.StdEncoding.EncodeToString(b)),
		"base64 in lines":              inLines(base64.StdEncoding.EncodeToString(b), "\n"),
		"base64 in lines, then blanks": inLines(base64.StdEncoding.EncodeToString(b), " "),
		"base64 in lines, then JSON":   quoted(inLines(base64.StdEncoding.EncodeToString(b), "\n")),
		"base64 twice":                 base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(b))),
		"base64, one byte before it":   base64.StdEncoding.EncodeToString([]byte("x" + s)),
		"base64, two bytes around it":  base64.StdEncoding.EncodeToString([]byte("xy" + s + "z")),
		"base64 of JSON":               base64.StdEncoding.EncodeToString([]byte(`{"a":"` + quoted(s) + `"}`)),
		"base64 of a form":             base64.StdEncoding.EncodeToString([]byte("a=b&c=" + query)),
		"base64 in JSON in base64": base64.StdEncoding.EncodeToString([]byte(`{"a":"` +
			base64.StdEncoding.EncodeToString(b) + `"}`)),
		"the first half":                 s[:len(s)/2],
		"the last half":                  s[len(s)/2:],
		"the first half, JSON":           quoted(s[:len(s)/2]),
		"the first half, base64":         base64.StdEncoding.EncodeToString(b[:len(b)/2]),
		"a part from the middle, base64": base64.RawStdEncoding.EncodeToString(b[len(b)/4 : len(b)*3/4]),
	}
}

func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(string(b[i:i+3])))
		}
	}
	return string(b)
}

func inLines(s, end string) string {
	var out strings.Builder
	for len(s) > 16 {
		out.WriteString(s[:16] + end)
		s = s[16:]
	}
	return out.String() + s
}

// shows returns a part of a secret that a text shows, if it is longer than allowed.
func shows(text, secret string, most int) string {
	for i := 0; i+most <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+most]) {
			return secret[i : i+most]
		}
	}
	return ""
}

func TestSecretsAreHiddenInEveryForm(t *testing.T) {
	for name, secret := range map[string]string{"password": password, "user data": userData} {
		for form, echo := range escaped(secret) {
			for where, text := range map[string]string{
				"in a sentence": "cannot use " + echo + " here", "alone": echo, "inside a word": "xx" + echo + "xx",
			} {
				got := testRedactor().Text(text)
				if !strings.Contains(got, Redacted) {
					t.Errorf("%s, %s, %s: nothing is hidden: %s", name, form, where, got)
				}
				secretly := echo
				if strings.Contains(form, "base64 of") || strings.Contains(form, "base64 in JSON") {
					secretly = echo[12 : len(echo)-12] // the text around the secret is not secret
				}
				if part := shows(got, secretly, 8); part != "" {
					t.Errorf("%s, %s, %s: %q is shown: %s", name, form, where, part, got)
				}
				rest := strings.HasPrefix(got, "cannot use ") && strings.HasSuffix(got, " here")
				if where == "in a sentence" && !rest {
					t.Errorf("%s, %s: more than the secret is hidden: %s", name, form, got)
				}
			}
		}
	}
}

func TestPiecesOfSecretsAreHidden(t *testing.T) {
	r := &Redactor{}
	r.Hide(PieceOfKey, "Pl4nted-Passw0rd+x", "seven77", "four", "+begins+with+a+plus+")
	r.Hide(PieceOfData, "echo 'the ordinary words of a script'", "short words")
	for text, want := range map[string]string{
		"got Pl4nted-Pass of it":             "got [redacted] of it",
		"got Pl4nte of it":                   "got [redacted] of it",
		"got Pl4nt of it":                    "got Pl4nt of it",
		"got -Passw0rd x of it":              "got [redacted] of it",
		"got UGw0bnRlZC1 of it":              "got [redacted] of it", // the first 8 letters
		"got seven77, seven7":                "got [redacted], seven7",
		"got four, fou, f our":               "got [redacted], fou, f our",
		"the ordinary words of a message":    "[redacted] message",
		"my ordinary words":                  "my ordinary words",
		"ordinary words of a":                "[redacted]",
		"short words, short word":            "[redacted], short word",
		"a password is secret":               "a password is secret",
		"got +begins+with+a+plus+":           "got [redacted]",
		"got %2Bbegins%2Bwith%2Ba%2Bplus%2B": "got [redacted]",
		"got  begins with a plus ":           "got  [redacted] ",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestPieceOf(t *testing.T) {
	for name, want := range map[string]int{
		"Password": PieceOfKey, "LoginSettings.Password": PieceOfKey, "login_passwd": PieceOfKey,
		"AdminSecret": PieceOfKey,
		"UserData":    PieceOfData, "userdata_value": PieceOfData, "KeyPairName": PieceOfData, "": PieceOfData,
	} {
		if got := PieceOf(name); got != want {
			t.Errorf("%q: pieces of %d bytes are hidden, want %d", name, got, want)
		}
	}
}

// Words that every message needs stay, unless they are the secret.
func TestMessagesStayReadable(t *testing.T) {
	r := &Redactor{}
	r.Hide(PieceOfKey, "Password123!", "secretsecret")
	for text, want := range map[string]string{
		`the parameter "Password" is not valid`: `the parameter "Password" is not valid`,
		"got Password123!":                      "got [redacted]",
		"got Password12":                        "got [redacted]",
		"Password123!, again Password123!":      "[redacted], again [redacted]",
		"no secret is given":                    "no secret is given",
		"got secretsecret":                      "got [redacted]",
		"short 1 stays":                         "short 1 stays",
		"nothing to hide":                       "nothing to hide",
		"see https://ecs.aliyuncs.com/?a=b&Signature=c for it": "see [url] for it",
		"see https://help.aliyun.com/document for it":          "see https://help.aliyun.com/document for it",
		"wrong signature. server string to sign is:POST&%2F&x": "wrong signature.",
		"wrong, Server StringToSign: GET&%2F&x":                "wrong",
		"bad; canonical request: POST\n/\nx":                   "bad",
		"signed TC3-HMAC-SHA256\n17\nx":                        "signed [redacted]",
		strings.Repeat("x", maxMessage+1):                      strings.Repeat("x", maxMessage) + "...",
		strings.Repeat("x", maxMessage-1) + "名" + "and more":   strings.Repeat("x", maxMessage-1) + "...",
		"": "",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%.60q became %.60q, want %.60q", text, got, want)
		}
	}
	var none *Redactor
	if got := none.Text("see https://x/?a=b"); got != "see [url]" {
		t.Errorf("without secrets: %q", got)
	}
}

// A repetitive text and a repetitive secret have as many common places as the product
// of their lengths. Only some are looked at.
func TestTextsThatRepeatThemselves(t *testing.T) {
	r := &Redactor{}
	r.Hide(PieceOfData, strings.Repeat("-", 16<<10))
	r.Hide(PieceOfKey, strings.Repeat("ab", 500))
	for _, text := range []string{strings.Repeat("-", 9000), strings.Repeat("ab", 4500)} {
		if got := r.Text("x " + text); got != Redacted {
			t.Errorf("%.20s... became %.60q, want %q", text, got, Redacted)
		}
	}
	if got, want := r.Text("a line: ------------------ and more"), "a line: [redacted] and more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFirstWords(t *testing.T) {
	long := strings.Repeat("wait a moment, ", 10)
	r := testRedactor()
	for body, want := range map[string]string{
		"<html><head><title>503 x</title></head><body><h1>503 Unavailable</h1><hr>nginx": "503 Unavailable nginx",
		"": "",
		"<head><title>Only a title</title></head>":                                   "Only a title",
		"line one\n\x1b[31mline\ttwo\u0085":                                          "line one [31mline two",
		"<script>var x = 1 < 2</script><style>p{}</style><!-- no --><p>a &lt; b</p>": "a < b",
		long:                     strings.TrimSpace(long[:80]) + "...",
		strings.Repeat("云", 100): strings.Repeat("云", 80) + "...",
		"see /?Action=RunInstances&AccessKeyId=key-id-1 for it": "see /?[...] for it",
		"got " + password + " of yours":                         "got [redacted] of yours",
		"got " + html.EscapeString(password) + " of yours":      "got [redacted] of yours",
		"got " + password[:8]:                                   "(withheld: it quotes the request)",
		"got <b>planted</b> user":                               "(withheld: it quotes the request)",
		"\xff\xfe binary \x00":                                  "binary",
		strings.Repeat("<br>", 20000) + "late":                  "",
	} {
		if got := r.FirstWords([]byte(body)); got != want {
			t.Errorf("%.60q: got %q, want %q", body, got, want)
		}
	}
}

func TestCauseTellsNoMoreThanItShould(t *testing.T) {
	r := &Redactor{}
	r.Hide(PieceOfKey, "planted-secret")
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	withheld := func(of string) string {
		return "the exchange failed with a " + of + ", withheld because it repeats the request"
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"nothing": {nil, "the transport failed without a reason"},
		"plain":   {io.ErrUnexpectedEOF, "unexpected EOF"},
		"URL": {
			&url.Error{Op: "Post", URL: "https://h/?planted-secret", Err: reset},
			"read: connection reset",
		},
		"URL in a URL": {fmt.Errorf("x: %w", &url.Error{
			Op: "Post", URL: "u",
			Err: &url.Error{Op: "Get", URL: "v", Err: io.EOF},
		}), "EOF"},
		"deadline":    {context.DeadlineExceeded, "timed out"},
		"cancel":      {&url.Error{Op: "Post", URL: "u", Err: context.Canceled}, "timed out"},
		"net timeout": {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "timed out"},
		"URL as text": {errors.New("see http://h"), withheld("*errors.errorString")},
		"secret":      {errors.New("got planted-secret"), withheld("*errors.errorString")},
		"a piece":     {errors.New("got planted-"), withheld("*errors.errorString")},
		"wrapped":     {opaque{errors.New("got planted-secret")}, withheld("oncehttp.opaque")},
		"below one":   {fmt.Errorf("outer: %w", errors.New("planted-secret")), withheld("*fmt.wrapError")},
		"beside one":  {errors.Join(reset, errors.New("planted-secret")), withheld("*errors.joinError")},
		"far below":   {opaque{errors.Join(reset, opaque{errors.New("planted-secret")})}, withheld("oncehttp.opaque")},
		"no error":    {&url.Error{Op: "Post", URL: "https://x"}, "the transport failed without a reason"},
		"joined":      {opaque{errors.Join(io.EOF, errors.New("planted-secret"))}, withheld("oncehttp.opaque")},
	} {
		got := r.Cause(c.err)
		if got.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, got, c.want)
		}
		if errors.Is(got, context.DeadlineExceeded) || errors.Is(got, context.Canceled) {
			t.Errorf("%s: the cause matches context.DeadlineExceeded, want no match", name)
		}
	}
	if got := r.Cause(errors.Join(reset, opaque{nil})); !errors.Is(got, reset) {
		t.Errorf("a harmless error was withheld: %v", got)
	}
	if got := r.Cause(&url.Error{Err: reset}); !errors.Is(got, reset) {
		t.Errorf("a harmless cause is not reachable: %v", got)
	}
}

type opaque struct{ below error }

func (o opaque) Error() string { return "failed" }
func (o opaque) Unwrap() error { return o.below }

func TestARedactorShowsNothingOfItself(t *testing.T) {
	r := testRedactor()
	_ = r.Text(password)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, text := range []string{fmt.Sprintf(verb, r), fmt.Sprintf(verb, struct{ r *Redactor }{r})} {
			if strings.Contains(text, "Pl4nted") {
				t.Errorf("%s shows a secret: %s", verb, text)
			}
		}
	}
}

// Binary user data and texts of all kinds break nothing.
func FuzzText(f *testing.F) {
	f.Add("text %zz \\u12 &#x; \xff", "secret \x00\xff+")
	f.Add("\\ud83d\\ude00", "😀😀")
	f.Fuzz(func(t *testing.T, text, secret string) {
		r := &Redactor{}
		r.Hide(PieceOfKey, secret)
		r.Hide(PieceOfData, secret)
		got := r.Text(text + secret)
		if len(text) < 1000 && len(secret) < 1000 && len(secret) >= 8 && len(viewOf(secret).compact().text) >= 8 &&
			strings.Contains(got, secret) {
			t.Errorf("%q shows %q", got, secret)
		}
		_ = r.FirstWords([]byte(text))
	})
}

func BenchmarkText(b *testing.B) {
	for name, n := range map[string]int{
		"password": 0, "16 KiB of user data": 16 << 10,
		"256 KiB of metadata": 256 << 10,
	} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(32 + i*7919%61 + i*i%29)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := &Redactor{}
				r.Hide(PieceOfKey, password)
				r.Hide(PieceOfData, string(data))
				r.Text("The specified ImageId does not exist in cn-hangzhou; check the parameter and the region.")
			}
		})
	}
}
