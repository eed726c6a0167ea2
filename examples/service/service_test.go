package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// orders are an order for each cloud. All accounts are in accounts.
var orders = map[string]string{
	"aliyun": `
  imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
  instanceType: ecs.g6.large
  network: {subnetId: vsw-bp1valid, securityGroupIds: [sg-bp1valid]}`,
	"ens": `
  imageId: m-valid
  instanceType: ens.sn1.small
  systemDisk: {sizeGiB: 40}
  network: {publicIp: {bandwidthMbps: 10, chargeType: by-95th-monthly}}`,
	"tencent": `
  zone: ap-guangzhou-3
  imageId: img-487zeit5
  instanceType: S5.MEDIUM4
  network: {vpcId: vpc-valid123, subnetId: subnet-valid123, securityGroupIds: [sg-valid123]}`,
	"qingcloud": `
  imageId: jammyx64
  instanceType: e2.large.r2
  network: {subnetId: vxnet-valid12}`,
}

func order3(account string) string {
	return "version: 1\naccount: " + account + "\nspec:\n  name: web\n  count: 3\n" +
		"  login: {password: env:SERVICE_TEST_PASSWORD}" + orders[account] + "\n"
}

// running is a service with its simulated clouds.
type running struct {
	url  string
	stop func() error
}

// begin starts the service on a directory, as a process would be started.
func begin(t *testing.T, sim *cloudsim.Server, dir string) *running {
	t.Helper()
	path := filepath.Join(dir, "service.yaml")
	file := fmt.Sprintf("version: 1\nlisten: 127.0.0.1:0\nstore: %s\nclouds:\n", filepath.Join(dir, "operations"))
	for name, of := range map[string]struct {
		region string
		cloud  cloudsim.Cloud
	}{
		"aliyun": {"cn-hangzhou", cloudsim.ECS}, "ens": {"cn-hangzhou-44", cloudsim.ENS},
		"tencent": {"ap-guangzhou", cloudsim.CVM}, "qingcloud": {"pek3a", cloudsim.QingCloud},
	} {
		file += fmt.Sprintf("  %s: {cloud: %s, region: %s, endpoint: %q, firstLook: 3s, searchFor: 3s, "+
			"credentials: {accessKeyId: env:SERVICE_TEST_ID, accessKeySecret: env:SERVICE_TEST_SECRET}}\n",
			name, name, of.region, sim.URL(of.cloud))
	}
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var log logged
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, path, slog.New(slog.NewJSONHandler(&log, nil))) }()
	r := &running{stop: sync.OnceValue(func() error { cancel(); return <-ended })}
	t.Cleanup(func() { _ = r.stop() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		if at := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(log.String()); at != nil {
			r.url = "http://" + at[1]
			return r
		}
		select {
		case err := <-ended:
			t.Fatalf("the service ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("the service does not listen")
		}
	}
}

type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (r *running) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	return resp.StatusCode, string(text)
}

// until asks for an operation until it is as wanted.
func (r *running) until(t *testing.T, id string, wanted func(status) bool) status {
	t.Helper()
	var text string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var st status
		var code int
		code, text = r.call(t, http.MethodGet, "/operations/"+id, "")
		if err := json.Unmarshal([]byte(text), &st); err == nil && code == http.StatusOK && wanted(st) {
			return st
		}
	}
	t.Fatalf("operation %s never came there: %s", id, text)
	return status{}
}

func simulate(t *testing.T) (*cloudsim.Sim, *cloudsim.Server) {
	t.Helper()
	for name, value := range map[string]string{
		"SERVICE_TEST_ID": cloudsim.DefaultAccessKeyID, "SERVICE_TEST_SECRET": cloudsim.DefaultAccessKeySecret,
		"SERVICE_TEST_PASSWORD": "Passw0rd-1234",
	} {
		t.Setenv(name, value)
	}
	sim := cloudsim.New(&cloudsim.Options{Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Second }})
	srv, err := sim.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	return sim, srv
}

// The service is stopped in the middle of creates on four clouds, and goes on as if it had not been.
func TestOperationsSurviveTheirProcess(t *testing.T) {
	sim, srv := simulate(t)
	dir := t.TempDir()
	sim.Inject(cloudsim.Fault{Kind: cloudsim.ResetAfter, API: "RunInstances", Times: 2}) // two answers are lost
	first := begin(t, srv, dir)
	for account := range orders {
		if code, text := first.call(t, http.MethodPut, "/operations/web-"+account, order3(account)); code != http.StatusAccepted {
			t.Fatalf("%s: got %d: %s", account, code, text)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); len(sim.Instances()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no create has arrived")
		}
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := begin(t, srv, dir)
	for account := range orders {
		st := second.until(t, "web-"+account, func(st status) bool { return len(st.Instances) == 3 })
		// On clouds without client tokens an operation is not settled while a create whose answer was lost
		// may still show: for a quarter of an hour.
		if st.Problem != nil {
			t.Errorf("%s: got the problem %+v, want none", account, st.Problem)
		}
	}
	if got := len(sim.Instances()); got != 12 {
		t.Errorf("%d instances exist, want 12", got)
	}
	if _, text := second.call(t, http.MethodGet, "/metrics", ""); !strings.Contains(text, "yunfan_creates") {
		t.Errorf("the page of metrics has no creates:\n%.2000s", text)
	}
	var all sync.WaitGroup
	for account := range orders {
		all.Go(func() {
			if code, text := second.call(t, http.MethodDelete, "/operations/web-"+account, ""); code != http.StatusOK {
				t.Errorf("%s: got %d: %s", account, code, text)
			}
		})
	}
	all.Wait()
	if got := len(sim.Instances()); got != 0 {
		t.Errorf("%d instances are left, want none", got)
	}
}

// What a client of the service does wrong comes back as a problem, all of it together.
func TestWrongOrdersAreProblems(t *testing.T) {
	_, srv := simulate(t)
	r := begin(t, srv, t.TempDir())
	for name, tc := range map[string]struct {
		method, path, body string
		code               int
		says               []string
	}{
		"an unknown field and an unknown account": {
			http.MethodPut, "/operations/a", "version: 1\naccount: shop\nspec: {imageID: x}\n", 422,
			[]string{"imageId", "shop", `"line":3`},
		},
		"a field that the cloud does not have": {
			http.MethodPut, "/operations/a", order3("qingcloud") + "  zone: pek3a\n  tags: {a: b}\n", 422,
			[]string{`"path":"Zone"`, `"path":"Tags"`},
		},
		"an operation that nobody knows": {http.MethodGet, "/operations/b", "", 404, []string{`"not-found"`}},
		"a release of what nobody knows": {http.MethodDelete, "/operations/b", "", 404, []string{`"not-found"`}},
		"a password in the file, not by name": {
			http.MethodPut, "/operations/a", "version: 1\naccount: ens\nspec: {login: {password: hunter2}}\n", 422,
			[]string{"env:"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, text := r.call(t, tc.method, tc.path, tc.body)
			if code != tc.code {
				t.Errorf("got %d, want %d", code, tc.code)
			}
			for _, want := range tc.says {
				if !strings.Contains(text, want) {
					t.Errorf("got %s, want %q in it", text, want)
				}
			}
			if strings.Contains(text, "hunter2") {
				t.Error("the answer holds the password")
			}
		})
	}
}
