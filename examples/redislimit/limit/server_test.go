package limit_test

import (
	"context"
	"net"
	"os/exec"
	"strings"
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
			t.Skip("skipped: a real server: neither redis-server nor valkey-server is installed")
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

// The version that the tests above have run on, or that they have run on the imitation alone.
func TestARealServer(t *testing.T) {
	c := real(t)
	info := c.Info(t.Context(), "server").Val()
	for _, line := range strings.Split(info, "\r\n") {
		if version, ok := strings.CutPrefix(line, "redis_version:"); ok {
			t.Logf("tested: a real server of version %s", version)
			return
		}
	}
	t.Errorf("the server does not say its version: %q", info)
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
