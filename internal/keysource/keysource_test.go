package keysource_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const planted = "planted-secret-value"

// wantError checks the words of an error, and that it quotes no secret.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
	if strings.Contains(err.Error(), planted) {
		t.Errorf("the error quotes a secret: %v", err)
	}
}

var tools = []keysource.Names{
	{ID: []string{"YF_A_ID", "YF_A_OLD_ID"}, Secret: []string{"YF_A_SECRET"}, Token: []string{"YF_A_TOKEN"}},
	{ID: []string{"YF_B_ID"}, Secret: []string{"YF_B_SECRET"}, Token: []string{"YF_B_TOKEN"}},
}

func TestAPairOfTheEnvironment(t *testing.T) {
	_, err := keysource.EnvPair(tools...)
	wantError(t, err, "YF_A_ID", "YF_A_SECRET", "YF_B_ID")
	if !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("no variable is set: got %v, want ErrAbsent", err)
	}
	t.Setenv("YF_B_ID", "b")
	t.Setenv("YF_B_SECRET", "sb")
	t.Setenv("YF_A_TOKEN", "of another tool")
	got, err := keysource.EnvPair(tools...)
	if err != nil || got.AccessKeyID != "b" || got.AccessKeySecret != "sb" || got.SecurityToken != "" {
		t.Errorf("got %+v, %v; want the pair of the second tool, without the token of the first", got, err)
	}
	t.Setenv("YF_A_OLD_ID", "a")
	_, err = keysource.EnvPair(tools...)
	wantError(t, err, "half a key pair", "YF_A_OLD_ID is set", "YF_A_SECRET is not set")
	t.Setenv("YF_A_SECRET", "sa")
	got, err = keysource.EnvPair(tools...)
	if err != nil || got.AccessKeyID != "a" || got.SecurityToken != "of another tool" {
		t.Errorf("got %+v, %v; want the pair and the token of the first tool", got, err)
	}
}

func TestHalvesOfTheEnvironment(t *testing.T) {
	for what, c := range map[string]struct {
		set   map[string]string
		words []string
	}{
		"secret only":  {map[string]string{"YF_A_SECRET": planted}, []string{"YF_A_SECRET is set", "YF_A_ID is not set"}},
		"empty secret": {map[string]string{"YF_A_ID": "id", "YF_A_SECRET": ""}, []string{"YF_A_SECRET is empty"}},
		"line break":   {map[string]string{"YF_A_ID": "id", "YF_A_SECRET": planted + "\n"}, []string{"YF_A_SECRET", "line break"}},
		"blank ID":     {map[string]string{"YF_A_ID": " ", "YF_A_SECRET": planted}, []string{"YF_A_ID", "is blank"}},
		"both empty":   {map[string]string{"YF_A_ID": "", "YF_A_SECRET": ""}, []string{"YF_A_ID is empty", "unset"}},
		"other tool":   {map[string]string{"YF_A_ID": "id", "YF_B_SECRET": planted}, []string{"YF_A_SECRET is not set"}},
	} {
		t.Run(what, func(t *testing.T) {
			for name, value := range c.set {
				t.Setenv(name, value)
			}
			_, err := keysource.EnvPair(tools...)
			wantError(t, err, c.words...)
			if errors.Is(err, credential.ErrAbsent) {
				t.Errorf("got %v, which a chain goes on past", err)
			}
		})
	}
}

func TestJSONFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var into struct {
		Key  string `json:"key"`
		Deep struct {
			N int `json:"n"`
		} `json:"deep"`
	}
	if err := keysource.ReadJSON(write("good", "\xef\xbb\xbf{\"key\":\"v\"}"), &into); err != nil || into.Key != "v" {
		t.Errorf("a file with a byte order mark: got %q, %v", into.Key, err)
	}
	for name, c := range map[string]struct {
		text  string
		words []string
	}{
		"syntax": {"{\n\"key\": " + planted, []string{"not valid JSON", "line 2"}},
		"type":   {"{\n\n\"key\": 123456789}", []string{"line 3", "field key has the wrong type"}},
		"deep":   {`{"deep":{"n":"` + planted + `"}}`, []string{"line 1", "deep.n"}},
		"empty":  {" ", []string{"is empty"}},
		"list":   {"[1]", []string{"the whole"}},
	} {
		err := keysource.ReadJSON(write(name, c.text), &into)
		wantError(t, err, append(c.words, filepath.Join(dir, name))...)
		if strings.Contains(err.Error(), "123456789") {
			t.Errorf("the error quotes a value: %v", err)
		}
	}
	missing := filepath.Join(dir, "missing")
	err := keysource.ReadJSON(missing, &into)
	wantError(t, err, missing+" does not exist")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	wantError(t, keysource.ReadJSON(dir, &into), dir, "cannot be read")
}

func TestINIFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# comment\r\n[default]\r\nType = access_key\r\nsecret=\"a=b # c\"\r\n\r\n[ other ]\ntoken: 'x'\nplain = y#z  # comment\n; comment\n[empty]\n")
	f, err := keysource.ReadINI(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Get("default", "type") + "|" + f.Get("default", "secret") + "|" + f.Get("other", "token") + "|" + f.Get("other", "plain"); got != "access_key|a=b # c|x|y#z" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(f.Sections, ","); got != "default,other,empty" {
		t.Errorf("the sections are %s, want default,other,empty", got)
	}
	if f.Has("nobody") || !f.Has("empty") {
		t.Error("Has is wrong about the sections")
	}
	wantError(t, keysource.MissingProfile(path, "prod", f.Sections), path, `no profile "prod"`, "default, other, empty")
	for text, word := range map[string]string{
		"[default]\n" + planted + "\n": "line 2: neither",
		"[" + planted + "\n":           "line 1: a section",
		"[default] " + planted + "\n":  "line 1: there is text behind the ]",
		"[ ]\nkey = x\n":               "line 1: a section has no name",
		"secret = " + planted + "\n":   "line 1: a key stands before the first [section]",
		"\xff\xfe[\x00d\x00]\x00":      "is UTF-16",
	} {
		write(text)
		_, err := keysource.ReadINI(path)
		wantError(t, err, path, word)
	}
}

func TestCommentsBehindSectionsAndQuotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	text := "[default] # of the shop\nid = 'x' # c\nsecret = \"y#\" ; c\npolicy = \"{\"Version\":\"1\"}\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := keysource.ReadINI(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"id": "x", "secret": "y#", "policy": `{"Version":"1"}`} {
		if got := f.Get("default", key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestWhatIsNoRegularFileIsRefused(t *testing.T) {
	_, err := keysource.ReadFile(os.DevNull)
	wantError(t, err, os.DevNull, "no regular file")
}

func TestASourceIsMadeByTheFirstCall(t *testing.T) {
	made := 0
	failure := errors.New("not yet")
	s := keysource.Later(func() (provider.CredentialsSource, error) {
		made++
		return provider.StaticCredentials("id", "secret", ""), failure
	})
	if made != 0 {
		t.Error("the source was made before a call")
	}
	if _, err := s.Credentials(t.Context()); !errors.Is(err, failure) {
		t.Errorf("got %v, want %v", err, failure)
	}
	failure = nil
	for range 2 {
		if got, err := s.Credentials(t.Context()); err != nil || got.AccessKeyID != "id" {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if made != 2 {
		t.Errorf("the source was made %d times, want twice: once in vain", made)
	}
}

func TestQuestionsToServices(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, planted)
	}))
	defer service.Close()
	ask := func(url string) (keysource.Answer, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return keysource.Ask(t.Context(), oncehttp.Direct(nil), req, 5*time.Second, "the key service")
	}
	got, err := ask(service.URL + "/?token=" + planted)
	if err != nil || got.Status != http.StatusTeapot || string(got.Body) != planted {
		t.Errorf("got %d, %v; want the whole answer", got.Status, err)
	}
	if hint := got.Clock.Hint(); !strings.Contains(hint, "ahead of the service's") {
		t.Errorf("the clock is an hour ahead, and the hint says: %s", hint)
	}
	service.Close()
	_, err = ask(service.URL + "/?token=" + planted)
	wantError(t, err, "the key service cannot be reached")
}

type hang struct{}

func (hang) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAServiceThatHangsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://host/?"+planted, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = keysource.Ask(t.Context(), hang{}, req, 2*time.Second, "the key service")
		wantError(t, err, "does not answer within 2s")
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, which looks like the end of the caller's ctx", err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it took %v, want 2 s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err = keysource.Ask(ctx, hang{}, req, 2*time.Second, "it"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of the caller's ctx", err)
		}
	})
}

func TestURLsAreNotQuoted(t *testing.T) {
	for _, text := range []string{"", "host/" + planted, "ftp://" + planted, "http:///" + planted, "http://\x7f" + planted} {
		wantError(t, keysource.CheckURL(text), "it is no http:// or https:// URL")
	}
	if err := keysource.CheckURL("http://127.0.0.1:80/x"); err != nil {
		t.Errorf("got %v for a good URL", err)
	}
}
