package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// process is a run under test.
type process struct {
	env  map[string]string // the printed lines
	log  *buffer           // standard error
	stop func() error      // ends the run and returns its error
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs the program until it has printed its lines.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	p := &process{env: map[string]string{}, log: &buffer{}}
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, w, p.log)
		_ = w.CloseWithError(errors.Join(err, io.EOF))
		ended <- err
	}()
	lines := 6
	if strings.Contains(strings.Join(args, " "), "-control") {
		lines = 7
	}
	for in := bufio.NewScanner(r); len(p.env) < lines && in.Scan(); {
		name, value, _ := strings.Cut(in.Text(), "=")
		p.env[name] = value
	}
	p.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = p.stop() })
	if len(p.env) < lines {
		t.Fatalf("the program ended before it printed its lines: %v", p.stop())
	}
	return p
}

// get sends a GET and returns the body.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

func TestWrongFlags(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	for _, tt := range []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"-nothing"}, 2, "flag provided but not defined: -nothing"},
		{[]string{"-boot"}, 2, "flag needs an argument: -boot"},
		{[]string{"-boot", "soon"}, 2, `invalid value "soon" for flag -boot`},
		{[]string{"-boot", "-1s"}, 2, "-boot -1s: must not be negative"},
		{[]string{"extra"}, 2, `unexpected argument "extra"`},
		{[]string{"-seed", "x"}, 2, `invalid value "x" for flag -seed`},
		{[]string{"-log", "loud"}, 2, `invalid value "loud" for flag -log`},
		{[]string{"-addr", "nowhere"}, 2, "want host:port"},
		{[]string{"-addr", "127.0.0.1:99999"}, 2, "port 99999 is out of range; want 0 to 65532"},
		{[]string{"-addr", "127.0.0.1:http"}, 2, `port "http" is not a number; want 0 to 65532`},
		{[]string{"-addr", "127.0.0.1:65533"}, 2, "the clouds need 4 consecutive ports, so the first is at most 65532"},
		{[]string{"-addr", "127.0.0.1:" + strconv.Itoa(port)}, 1, "is in use; the clouds need the ports"},
		{[]string{"-control", "0.0.0.0:0"}, 2, "not a loopback address"},
		{[]string{"-control", "127.0.0.1"}, 2, "want host:port"},
		{[]string{"-control", "127.0.0.1:99999"}, 2, "want a number from 0 to 65535"},
		{[]string{"-control", "127.0.0.1:" + strconv.Itoa(port)}, 1, "the port is in use"},
		{[]string{"-fault", "kind=thunder"}, 2, `-fault kind=thunder: field "kind": no such fault`},
		{[]string{"-rates", "some"}, 2, "-rates some: must be none or documented"},
		{[]string{"-rate", "ecs"}, 2, "want cloud:action=calls/time"},
		{[]string{"-rate", "aws:RunInstances=1/1s"}, 2, `no cloud "aws"`},
		{[]string{"-rate", "ecs:Run=1/1s"}, 2, `ecs has no action "Run"`},
		{[]string{"-rate", "ecs:RunInstances=0/1s"}, 2, "calls must be a positive integer"},
		{[]string{"-rate", "ecs:RunInstances=1/1"}, 2, "time a span such as 1s"},
		{[]string{"-region", "ecs"}, 2, "want cloud:id"},
		{[]string{"-region", "aws:x"}, 2, `no cloud "aws"`},
		{[]string{"-env", "/no/such/folder/sim.env"}, 1, "no such file or directory"},
	} {
		var stderr bytes.Buffer
		err := run(t.Context(), tt.args, io.Discard, io.Discard)
		if got := report(err, &stderr); got != tt.exit {
			t.Errorf("%q: exit status %d, want %d: %v", tt.args, got, tt.exit, err)
		}
		if !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%q: got %q, want %q in it", tt.args, stderr.String(), tt.want)
		}
		if help := strings.HasSuffix(stderr.String(), "\nRun simulator -h for the flags.\n"); help != (tt.exit == 2) {
			t.Errorf("%q: ends with the line of help: %v, want %v", tt.args, help, tt.exit == 2)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	var out, stderr bytes.Buffer
	err := run(t.Context(), []string{"-h"}, &out, io.Discard)
	if got := report(err, &stderr); got != 0 || stderr.Len() > 0 {
		t.Errorf("-h: exit status %d and %q on standard error, want 0 and nothing", got, stderr.String())
	}
	(&config{}).flags().VisitAll(func(f *flag.Flag) {
		if !strings.Contains(out.String(), "-"+f.Name+" ") && !strings.Contains(out.String(), "-"+f.Name+"\n") {
			t.Errorf("the help does not name -%s", f.Name)
		}
	})
	out.Reset()
	if err := run(t.Context(), []string{"-version"}, &out, io.Discard); err != nil {
		t.Errorf("-version: %v", err)
	}
	if !strings.HasPrefix(out.String(), "simulator ") || !strings.Contains(out.String(), " go1.") {
		t.Errorf("-version prints %q, want the version and that of Go", out.String())
	}
}

func TestTheEnvFileLivesWithTheProcess(t *testing.T) {
	name := filepath.Join(t.TempDir(), "sim.env")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func() string {
		text, _ := os.ReadFile(name)
		return string(text)
	}
	const old = "CLOUDSIM_ECS_URL=http://127.0.0.1:1\n" // of a process that was killed

	write(old)
	if err := run(t.Context(), []string{"-env", name, "-addr", "127.0.0.1:99999"}, io.Discard, io.Discard); err == nil {
		t.Error("port 99999 is accepted")
	}
	if got := read(); got != "" {
		t.Errorf("a failed start leaves the old file: %q", got)
	}

	write(old)
	p := start(t, "-env", name)
	if got := read(); !strings.Contains(got, p.env["CLOUDSIM_ECS_URL"]) || strings.Contains(got, old) {
		t.Errorf("the file is %q, want the new lines only", got)
	}
	if err := p.stop(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if got := read(); got != "" {
		t.Errorf("the file is left after the end: %q", got)
	}

	p = start(t, "-env", name)
	write(old) // of another process that took the same name
	if err := p.stop(); err != nil || read() != old {
		t.Errorf("the file of another process became %q (%v), want it unchanged", read(), err)
	}

	const other = "package main\n"
	write(other)
	err := run(t.Context(), []string{"-env", name}, io.Discard, io.Discard)
	if report(err, io.Discard) != 2 || read() != other {
		t.Errorf("a file of another kind became %q (%v), want a refusal", read(), err)
	}
}

func TestTheControlAPIIsOffUnlessAskedFor(t *testing.T) {
	p := start(t)
	if url, ok := p.env["CLOUDSIM_CONTROL_URL"]; ok {
		t.Errorf("the control API listens at %s", url)
	}
	if status, body := get(t, p.env["CLOUDSIM_ECS_URL"]+"/faults"); status == http.StatusOK {
		t.Errorf("a cloud serves the control API: %s", body)
	}
	p = start(t, "-control", "127.0.0.1:0", "-fault", "kind=quota,cloud=ens", "-fault", `{"kind":"throttle","times":2}`)
	base := p.env["CLOUDSIM_CONTROL_URL"]
	if status, body := get(t, base+"/faults"); status != http.StatusOK || strings.Count(body, `"hits":0`) != 2 {
		t.Errorf("GET /faults answers %d %s, want the two faults", status, body)
	}
	if status, body := get(t, base+"/"); status != http.StatusOK || !strings.Contains(body, "<!DOCTYPE html>") {
		t.Errorf("GET / answers %d, want the page", status)
	}
	if err := p.stop(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if status, _ := get(t, base+"/faults"); status != 0 {
		t.Errorf("it answers %d after the end, want nothing", status)
	}
}

// launch creates an instance with the adapter over loopback.
func launch(t *testing.T, p *process, region string) error {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	secret := provider.Secret(p.env["CLOUDSIM_ACCESS_KEY_SECRET"])
	c, err := aliyun.New(aliyun.Config{
		Region: region, Endpoint: p.env["CLOUDSIM_ECS_URL"], Transport: transport, Options: &provider.Options{RetryFor: -1},
		Credentials: provider.StaticCredentials(p.env["CLOUDSIM_ACCESS_KEY_ID"], secret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RunInstances(t.Context(), provider.RunInstancesSpec{
		ImageID: "ubuntu_22_04", InstanceType: "ecs.g6.large", Login: provider.Login{Password: "Planted-Secret-1"},
		Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
	}, nil)
	return err
}

func TestFlagsReachTheClouds(t *testing.T) {
	p := start(t, "-fault", "kind=quota,times=1", "-region", "ecs:cn-own", "-rate", "ecs:RunInstances=3/1h", "-log", "debug")
	if err := launch(t, p, "cn-hangzhou"); !errors.Is(err, provider.ErrQuota) {
		t.Errorf("with a fault: got %v, want ErrQuota", err)
	}
	if err := launch(t, p, "cn-own"); err != nil {
		t.Errorf("in an added region: got %v, want no error", err)
	}
	if err := launch(t, p, "cn-hangzou"); err == nil {
		t.Error("in an unknown region: got no error")
	}
	if err := launch(t, p, "cn-hangzhou"); !errors.Is(err, provider.ErrThrottled) {
		t.Errorf("the fourth call: got %v, want ErrThrottled", err)
	}
	_, _ = get(t, p.env["CLOUDSIM_QINGCLOUD_URL"]+"/iaas/?action=RunInstance&zone=pek3a")
	if err := p.stop(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	log := p.log.String()
	for _, want := range []string{
		"level=INFO msg=started seed=", `msg="hit by a fault" cloud=ecs action=RunInstances`, "level=DEBUG msg=call cloud=ecs",
		"code=InvalidRegionId.NotFound", `level=WARN msg="unknown action" cloud=qingcloud action=RunInstance`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %q:\n%s", want, log)
		}
	}
	if strings.Contains(log, "Planted") {
		t.Errorf("the log shows a password:\n%s", log)
	}
}

func TestTheSeedDecidesTheIDs(t *testing.T) {
	id := func() string {
		p := start(t, "-seed", "7", "-control", "127.0.0.1:0")
		if err := launch(t, p, "cn-hangzhou"); err != nil {
			t.Error(err)
		}
		_, body := get(t, p.env["CLOUDSIM_CONTROL_URL"]+"/state?cloud="+string(cloudsim.ECS))
		_ = p.stop()
		_, rest, _ := strings.Cut(body, `"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	if one, two := id(), id(); one != two || one == "" {
		t.Errorf("the same seed gives %q and %q", one, two)
	}
}

// TestItEndsAtOnce: the end takes at most 100 ms. A busy computer gets three tries.
func TestItEndsAtOnce(t *testing.T) {
	took := timeToEnd(t)
	for try := 1; took > 100*time.Millisecond && try < 3; try++ {
		took = timeToEnd(t)
	}
	if took > 100*time.Millisecond {
		t.Errorf("it took %v to end, want at most 100 ms", took)
	}
}

// timeToEnd ends the program with an idle connection to the page and to a cloud, and a call
// that waits for an hour.
func timeToEnd(t *testing.T) time.Duration {
	t.Helper()
	p := start(t, "-control", "127.0.0.1:0", "-fault", "kind=slow,delay=1h")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for _, url := range []string{p.env["CLOUDSIM_CONTROL_URL"] + "/status", p.env["CLOUDSIM_CVM_URL"]} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	slow := make(chan error, 1)
	go func() { slow <- launch(t, p, "cn-hangzhou") }()
	for !strings.Contains(mustGet(t, p.env["CLOUDSIM_CONTROL_URL"]+"/faults"), `"hits":1`) {
		if t.Context().Err() != nil {
			t.Fatal("the slow call never arrived")
		}
	}
	began := time.Now()
	if err := p.stop(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	took := time.Since(began)
	if err := <-slow; err == nil {
		t.Error("the slow call succeeded")
	}
	return took
}

func mustGet(t *testing.T, url string) string {
	t.Helper()
	status, body := get(t, url)
	if status != http.StatusOK {
		t.Fatalf("%s answers %d %s", url, status, body)
	}
	return body
}
