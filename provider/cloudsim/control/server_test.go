package control

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestStartServesOnLoopback(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		s, err := Start(cloudsim.New(nil), addr)
		if err != nil {
			t.Errorf("%s: %v", addr, err)
			continue
		}
		client := &http.Client{Transport: &http.Transport{}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/state", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: answered %d %s, %v", addr, resp.StatusCode, body, err)
		}
		if err := s.Close(); err != nil { // the client's connection is still open
			t.Errorf("%s: Close: %v", addr, err)
		}
		client.CloseIdleConnections()
		if _, err := client.Do(req.Clone(t.Context())); err == nil {
			t.Errorf("%s: it still answers after Close", addr)
		}
	}
}

func TestStartRefusesOtherAddresses(t *testing.T) {
	for addr, want := range map[string]string{
		"":                  "want host:port",
		"127.0.0.1":         "want host:port",
		":8090":             "not a loopback address",
		"0.0.0.0:0":         "not a loopback address",
		"[::]:0":            "not a loopback address",
		"192.0.2.1:0":       "not a loopback address",
		"example.com:80":    "not a loopback address",
		"127.0.0.1:99999":   "want a number from 0 to 65535",
		"127.0.0.1:-1":      "want a number from 0 to 65535",
		"127.0.0.1:control": "want a number from 0 to 65535",
	} {
		s, err := Start(cloudsim.New(nil), addr)
		if err == nil {
			_ = s.Close()
			t.Errorf("Start(%q) succeeds", addr)
		} else if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), strconv.Quote(addr)) {
			t.Errorf("Start(%q): %v, want the address and %q", addr, err, want)
		}
	}
}

func TestStartOnATakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := Start(cloudsim.New(nil), l.Addr().String())
	if err == nil {
		_ = s.Close()
		t.Fatal("Start succeeds on a taken port")
	}
	if !strings.Contains(err.Error(), "the port is in use") {
		t.Errorf("got %v, want that the port is in use", err)
	}
}
