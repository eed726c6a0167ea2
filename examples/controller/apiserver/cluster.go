package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// token is what programs of this machine show to the API server. It lives as long as the run.
const token = "fleets-of-this-run"

// cluster is an etcd and an API server.
type cluster struct {
	bin, dir string
	url      string
	client   http.Client
	programs []*exec.Cmd
}

// start starts both, and returns once the API server is ready.
func (c *cluster) start(ctx context.Context) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	etcd := "http://127.0.0.1:" + ports[0]
	if err := c.run("etcd", "server", "--data-dir", filepath.Join(c.dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", "http://127.0.0.1:"+ports[1]); err != nil {
		return err
	}
	key, tokens := filepath.Join(c.dir, "key.pem"), filepath.Join(c.dir, "tokens.csv")
	if err := writeKey(key); err != nil {
		return err
	}
	if err := os.WriteFile(tokens, []byte(token+",admin,admin,system:masters\n"), 0o600); err != nil {
		return err
	}
	if err := c.run("kube-apiserver", "kube-apiserver", "--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", ports[2], "--cert-dir", filepath.Join(c.dir, "certificates"), "--token-auth-file", tokens,
		"--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.0.0.0/24", "--disable-admission-plugins", "ServiceAccount",
		"--service-account-issuer", "https://127.0.0.1", "--service-account-key-file", key,
		"--service-account-signing-key-file", key); err != nil {
		return err
	}
	c.url = "https://127.0.0.1:" + ports[2]
	c.client = http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it made its certificate a moment ago
	}}
	if err := c.ready(ctx); err != nil {
		return err
	}
	return os.WriteFile(c.kubeconfig(), []byte(fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: run, cluster: {server: %q, insecure-skip-tls-verify: true}}]
users: [{name: run, user: {token: %q}}]
contexts: [{name: run, context: {cluster: run, user: run}}]
current-context: run
`, c.url, token)), 0o600)
}

func (c *cluster) kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

// run starts a program with a log of its own.
func (c *cluster) run(name, program string, args ...string) error {
	cmd, err := c.command(name, program, args...)
	if err == nil {
		c.programs = append(c.programs, cmd)
	}
	return err
}

func (c *cluster) command(name, program string, args ...string) (*exec.Cmd, error) {
	log, err := os.OpenFile(filepath.Join(c.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(filepath.Join(c.bin, program), args...) //nolint:gosec,noctx // it is stopped by stop, or killed
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return cmd, nil
}

// stop ends both.
func (c *cluster) stop() {
	for _, cmd := range c.programs {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// ready waits until the API server is ready.
func (c *cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		err := c.do(ctx, http.MethodGet, "/readyz", nil, nil)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "kube-apiserver.log"))
			return fmt.Errorf("the API server is not ready: %w\n%s", err, log[max(0, len(log)-4000):])
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// do calls the API server, and reads its answer into out unless that is nil.
func (c *cluster) do(ctx context.Context, method, path string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("%s %s: %s: %.500s", method, path, resp.Status, answer)
	case out == nil:
		return nil
	}
	return json.Unmarshal(answer, out)
}

func freePorts(n int) (ports []string, err error) {
	for range n {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}

// writeKey writes a new key, with which the API server signs what this run never uses.
func writeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}
