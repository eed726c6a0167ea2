package limit_test

import (
	"context"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// stores are the servers that the tests run on: an imitation in Go, which is always there, and
// the real Redis or Valkey where it is installed.
func stores() map[string]func(*testing.T) *redis.Client {
	return map[string]func(*testing.T) *redis.Client{"miniredis": mini, "real server": real}
}

// mini returns a client of a server in this process.
func mini(t *testing.T) *redis.Client {
	t.Helper()
	return client(t, miniredis.RunT(t).Addr())
}

// real returns a client of a server that is started for the test.
func real(t *testing.T) *redis.Client {
	t.Helper()
	c, _ := realServer(t)
	return c
}

// realServer starts a server that keeps nothing, on a free port of the loopback interface. stop
// kills it.
func realServer(t *testing.T) (c *redis.Client, stop func()) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if program, err = exec.LookPath("valkey-server"); err != nil {
			t.Skip("neither redis-server nor valkey-server is installed")
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	cmd := exec.Command(program, "--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { _, _ = cmd.Process.Kill(), cmd.Wait() }
	t.Cleanup(stop)
	c = client(t, net.JoinHostPort("127.0.0.1", port))
	for deadline := time.Now().Add(10 * time.Second); c.Ping(t.Context()).Err() != nil; {
		if time.Now().After(deadline) {
			t.Fatal("the server does not answer")
		}
	}
	return c, stop
}

// client returns a client that does not hide that a server is gone.
func client(t *testing.T, addr string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr: addr, MaxRetries: -1, DialTimeout: 200 * time.Millisecond, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// within returns a ctx of the test that ends after a while.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
