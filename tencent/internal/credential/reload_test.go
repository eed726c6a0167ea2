package credential

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// put writes a file of a computer.
func put(t *testing.T, home, path, text string) {
	t.Helper()
	path = filepath.Join(home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const tccliFileName = ".tccli/default.credential"

func keyPair(id string) string { return fmt.Sprintf(`{"secretId": %q, "secretKey": %q}`, id, planted) }

// Keys that are rotated in their file are used within half a minute. Nothing else changes the identity.
func TestAProfileIsReadAgain(t *testing.T) {
	home := computer{}.become(t)
	put(t, home, tccliFileName, keyPair("id-1"))
	synctest.Test(t, func(t *testing.T) {
		s := newChain(nowhere(t))
		wantKeys(t, "at first", s, "id-1")
		put(t, home, tccliFileName, keyPair("id-2"))
		time.Sleep(lookAgain - time.Second)
		wantKeys(t, "too early", s, "id-1")
		time.Sleep(2 * time.Second)
		wantKeys(t, "rotated", s, "id-2")
		for name, change := range map[string]func(){
			"half a file":     func() { put(t, home, tccliFileName, `{"secretId": "id-3`) },
			"half a pair":     func() { put(t, home, tccliFileName, `{"secretId": "id-3"}`) },
			"no file":         func() { _ = os.Remove(filepath.Join(home, tccliFileName)) },
			"another profile": func() { put(t, home, ".tencentcloud/credentials", "[default]\nsecret_id=id-3\nsecret_key=k\n") },
		} {
			change()
			time.Sleep(time.Hour)
			wantKeys(t, name, s, "id-2")
		}
	})
}

// The role of a profile is assumed with the keys that the file has by then, and stays the same role
// when another profile would be found.
func TestTheRoleOfAProfileStays(t *testing.T) {
	home := computer{}.become(t)
	withRole := strings.Replace(keyPair("id-1"), "}", `, "role-arn": "arn-1"}`, 1)
	put(t, home, tccliFileName, withRole)
	synctest.Test(t, func(t *testing.T) {
		var signers []string
		var n atomic.Int32
		s := newChain(transport(func(req *http.Request) (*http.Response, error) {
			_, id, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
			id, _, _ = strings.Cut(id, "/")
			signers = append(signers, id)
			return stsReply(n.Add(1), time.Hour), nil
		}))
		for _, change := range []func(){
			func() {},
			func() { put(t, home, tccliFileName, strings.Replace(withRole, "id-1", "id-2", 1)) },
			func() { put(t, home, ".tencentcloud/credentials", "[default]\nsecret_id=id-3\nsecret_key=k\n") },
			func() { _ = os.Remove(filepath.Join(home, tccliFileName)) },
		} {
			change()
			if _, err := s.Credentials(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
		}
		if got := strings.Join(signers, " "); got != "id-1 id-2 id-2 id-2" {
			t.Errorf("the role was assumed by %s, want id-1 id-2 id-2 id-2", got)
		}
	})
}

// A login ends, and tccli renews it in the file.
func TestALoginIsReadAgainBeforeItsEnd(t *testing.T) {
	home := computer{}.become(t)
	synctest.Test(t, func(t *testing.T) {
		login := func(id string) {
			put(t, home, tccliFileName, fmt.Sprintf(`{"type": "oauth", "secretId": %q, "secretKey": %q, "token": %q, "expiresAt": %d}`,
				id, planted, planted, time.Now().Add(2*time.Hour).Unix()))
		}
		login("id-1")
		s := newChain(nowhere(t))
		wantKeys(t, "at first", s, "id-1")
		time.Sleep(110 * time.Minute)
		login("id-2")
		time.Sleep(8 * time.Minute)
		wantKeys(t, "renewed", s, "id-2")
		time.Sleep(3 * time.Hour)
		_, err := s.Credentials(t.Context())
		mustBeClean(t, err)
		for _, want := range []string{"expired at", "tccli auth login --profile default"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want it to say %q", err, want)
			}
		}
	})
}

// STS is called where tccli calls it for the same profile.
func TestAProfileNamesItsSTS(t *testing.T) {
	home := computer{}.become(t)
	put(t, home, ".tccli/dev.credential", strings.Replace(keyPair("id-1"), "}", `, "role-arn": "arn-1"}`, 1))
	put(t, home, ".tccli/dev.configure", `{"sts": {"endpoint": "sts.internal.tencentcloudapi.com"}}`)
	for endpoint, want := range map[string]string{"": "sts.internal.tencentcloudapi.com", "own.example": "own.example"} {
		host := ""
		s := New(Options{STSEndpoint: endpoint, Transport: transport(func(req *http.Request) (*http.Response, error) {
			host = req.URL.Host
			return stsReply(1, time.Hour), nil
		})})
		wantKeys(t, endpoint, s.Profile("dev"), "sts-1")
		if host != want {
			t.Errorf("with the endpoint %q: asked %s, want %s", endpoint, host, want)
		}
	}
}

// A role that has given keys is there: that the service is silent later is its failure, and not a
// place that is not configured.
func TestARoleThatWasThereFails(t *testing.T) {
	computer{}.become(t)
	synctest.Test(t, func(t *testing.T) {
		m := &metadata{}
		s := newChain(m)
		wantKeys(t, "at first", s, "tmp-1")
		m.down = true
		time.Sleep(2 * time.Hour)
		_, err := s.Credentials(t.Context())
		if err == nil || errors.Is(err, credential.ErrAbsent) {
			t.Errorf("got %v, want an error that is not ErrAbsent", err)
		}
		if err != nil && strings.Contains(err.Error(), "are gone") {
			t.Errorf("got %v, which does not say that the service fails", err)
		}
		m.down = false
		wantKeys(t, "when it answers again", s, "tmp-2")
	})
}
