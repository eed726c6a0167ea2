package cloudsim

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// startFake runs a fakeSim on loopback until the test ends.
func startFake(t *testing.T) (*Sim, *Server) {
	t.Helper()
	s := fakeSim(nil)
	srv, err := s.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, srv
}

// freshConnections dials again for every call. When a kept connection breaks, net/http
// repeats a GET.
func freshConnections(t *testing.T) http.RoundTripper {
	t.Helper()
	rt := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(rt.CloseIdleConnections)
	return rt
}

// listens reports whether a base URL answers.
func listens(t *testing.T, base string) bool {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func TestStartServesAllClouds(t *testing.T) {
	s, srv := startFake(t)
	for _, c := range Clouds() {
		if !strings.HasPrefix(srv.URL(c), "http://127.0.0.1:") || !listens(t, srv.URL(c)) {
			t.Errorf("no listener for %s at %q", c, srv.URL(c))
		}
	}
	status, body, err := fakeCall(t.Context(), freshConnections(t), srv.URL(QingCloud), "action=Make")
	if err != nil || status != http.StatusOK || len(s.Instances()) != 1 || s.Instances()[0].ID != body {
		t.Errorf("create over loopback: %d %q %v", status, body, err)
	}
}

func TestEnvHasTheURLsAndTheKey(t *testing.T) {
	s := New(&Options{AccessKeyID: "id-1", AccessKeySecret: "secret-1"})
	srv, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	want := []string{
		"CLOUDSIM_ECS_URL=" + srv.URL(ECS),
		"CLOUDSIM_ENS_URL=" + srv.URL(ENS),
		"CLOUDSIM_CVM_URL=" + srv.URL(CVM),
		"CLOUDSIM_QINGCLOUD_URL=" + srv.URL(QingCloud),
		"CLOUDSIM_ACCESS_KEY_ID=id-1",
		"CLOUDSIM_ACCESS_KEY_SECRET=secret-1",
	}
	if got := srv.Env(); !slices.Equal(got, want) {
		t.Errorf("Env is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// startAtFixedPort finds four free ports in a row. Another process may take one of them
// before Start listens, so it tries a few times.
func startAtFixedPort(t *testing.T, s *Sim) (*Server, int) {
	t.Helper()
	var last error
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		first := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		srv, err := s.Start("127.0.0.1:" + strconv.Itoa(first))
		if err == nil {
			return srv, first
		}
		last = err
	}
	t.Fatalf("no four free ports in a row: %v", last)
	return nil, 0
}

func TestFixedFirstPort(t *testing.T) {
	srv, first := startAtFixedPort(t, New(nil))
	defer srv.Close()
	for i, c := range Clouds() {
		if want := "http://127.0.0.1:" + strconv.Itoa(first+i); srv.URL(c) != want {
			t.Errorf("%s is at %s, want %s", c, srv.URL(c), want)
		}
	}
}

// portBeforeATakenOne returns a free port whose successor is taken until the
// test ends.
func portBeforeATakenOne(t *testing.T) string {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		next, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port+1))
		_ = l.Close()
		if err == nil {
			t.Cleanup(func() { _ = next.Close() })
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no two free ports in a row")
	return ""
}

func TestTakenPortLeavesNothingListening(t *testing.T) {
	addr := "127.0.0.1:" + portBeforeATakenOne(t)
	srv, err := New(nil).Start(addr)
	if err == nil {
		srv.Close()
		t.Fatal("Start succeeds though the second cloud's port is taken")
	}
	if !strings.Contains(err.Error(), "listen for ens") {
		t.Errorf("error %q does not name the cloud", err)
	}
	if listens(t, "http://"+addr) {
		t.Error("the failed start left the first cloud listening")
	}
}

func TestStartRefusesBadAddresses(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "127.0.0.1:-1"} {
		if srv, err := New(nil).Start(addr); err == nil {
			srv.Close()
			t.Errorf("Start(%q) succeeds", addr)
		} else if !strings.Contains(err.Error(), addr) {
			t.Errorf("Start(%q): error %q does not name the address", addr, err)
		}
	}
}

func TestCloseLeavesNothingListening(t *testing.T) {
	s := fakeSim(nil)
	srv, err := s.Start("")
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	for _, c := range Clouds() {
		if listens(t, srv.URL(c)) {
			t.Errorf("%s still listens after Close", c)
		}
	}
	if err := srv.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// slowFake runs a fakeSim whose creates hang until released.
func slowFake(t *testing.T) (srv *Server, entered <-chan bool, release func()) {
	t.Helper()
	arrived, gate := make(chan bool, 1), make(chan bool)
	s := fakeSim(&Options{Boot: func(Cloud, *rand.Rand) time.Duration {
		arrived <- true
		<-gate
		return 0
	}})
	srv, err := s.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	release = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(release)
	return srv, arrived, release
}

// makeInBackground starts a create and returns a channel for its status: 0 if the
// connection broke.
func makeInBackground(t *testing.T, srv *Server) <-chan int {
	t.Helper()
	rt, done := freshConnections(t), make(chan int, 1)
	go func() {
		status, _, err := fakeCall(context.WithoutCancel(t.Context()), rt, srv.URL(QingCloud), "action=Make")
		if err != nil {
			status = 0
		}
		done <- status
	}()
	return done
}

func TestCloseCutsCallsUnderWay(t *testing.T) {
	srv, entered, _ := slowFake(t)
	done := makeInBackground(t, srv)
	<-entered
	if err := srv.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if status := <-done; status != 0 {
		t.Errorf("the call under way was answered %d after Close", status)
	}
}

func TestShutdownLetsCallsFinish(t *testing.T) {
	srv, entered, release := slowFake(t)
	done := makeInBackground(t, srv)
	<-entered
	down := make(chan error, 1)
	go func() { down <- srv.Shutdown(t.Context()) }()
	release()
	if status := <-done; status != http.StatusOK {
		t.Errorf("the call under way ended with %d, want an answer", status)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if listens(t, srv.URL(QingCloud)) {
		t.Error("still listening after Shutdown")
	}
}
