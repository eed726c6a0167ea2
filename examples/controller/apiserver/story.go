package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

const fleetsPath = "/apis/yunfan.example.com/v1alpha1/namespaces/default/fleets"

// account is a simulated account, and a template for it.
type account struct {
	cloud            cloudsim.Cloud
	region, template string
}

var accounts = map[string]account{
	"aliyun": {cloudsim.ECS, "cn-hangzhou", `"imageId": "ubuntu_22_04_x64_20G_alibase_20230907.vhd", "instanceType": "ecs.g6.large",
		"network": {"subnetId": "vsw-bp1valid", "securityGroupIds": ["sg-bp1valid"]}`},
	"ens": {cloudsim.ENS, "cn-hangzhou-44", `"imageId": "m-valid", "instanceType": "ens.sn1.small", "systemDisk": {"sizeGiB": 40},
		"network": {"publicIp": {"bandwidthMbps": 10, "chargeType": "by-95th-monthly"}}`},
	"tencent": {cloudsim.CVM, "ap-guangzhou", `"zone": "ap-guangzhou-3", "imageId": "img-487zeit5", "instanceType": "S5.MEDIUM4",
		"network": {"vpcId": "vpc-valid123", "subnetId": "subnet-valid123", "securityGroupIds": ["sg-valid123"]}`},
	"qingcloud": {cloudsim.QingCloud, "pek3a", `"imageId": "jammyx64", "instanceType": "e2.large.r2", "network": {"subnetId": "vxnet-valid12"}`},
}

// fleets is what the API server has.
type fleets struct {
	Items []struct {
		Metadata struct{ Name string }
		Status   struct {
			Ready, Pending, Failed int
			Conditions             []struct{ Type, Status, Reason, Message string }
		}
	}
}

// story makes fleets and deletes them, while the controller is killed again and again. All instances
// are counted in the one simulator of this process.
type story struct {
	*settings
	*cluster
	sim   *cloudsim.Sim
	args  []string // of a controller
	count int      // of kills
}

func (s *story) tell(ctx context.Context) error {
	stop, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	defer stop()
	want := s.fleets * s.size * len(accounts)
	err = s.killUntil(ctx, func(list *fleets) bool {
		ready := 0
		for _, f := range list.Items {
			ready += f.Status.Ready
		}
		return ready == want
	})
	if err != nil {
		return err
	}
	made := len(s.sim.Everything())
	fmt.Printf("%d of %d instances were made, after %d kills\n", made, want, s.count)
	if err := s.do(ctx, http.MethodDelete, fleetsPath, nil, nil); err != nil {
		return err
	}
	if err := s.killUntil(ctx, func(list *fleets) bool { return len(list.Items) == 0 }); err != nil {
		return err
	}
	left, all := len(s.sim.Instances()), len(s.sim.Everything())
	fmt.Printf("%d of %d instances; %d left; %d kills\n", all, want, left, s.count)
	if all != want || left != 0 {
		return fmt.Errorf("want %d made and 0 left", want)
	}
	return nil
}

// prepare starts the simulator, and gives the API server its objects.
func (s *story) prepare(ctx context.Context) (stop func(), err error) {
	s.sim = cloudsim.New(&cloudsim.Options{Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return 2 * time.Second }})
	s.sim.Inject(cloudsim.Fault{API: "RunInstances", Kind: cloudsim.Slow, Delay: 300 * time.Millisecond}) // so that kills strike creates
	server, err := s.sim.Start("")
	if err != nil {
		return nil, err
	}
	stop = func() { _ = server.Close() }
	file := "version: 1\nclouds:\n"
	for name, a := range accounts {
		file += fmt.Sprintf("  %s: {cloud: %s, region: %s, endpoint: %q, firstLook: 2s, searchFor: 3s, "+
			"credentials: {accessKeyId: env:FLEETS_ID, accessKeySecret: env:FLEETS_SECRET}}\n", name, name, a.region, server.URL(a.cloud))
	}
	path := filepath.Join(s.dir, "accounts.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		return stop, err
	}
	s.args = []string{"-accounts", path, "-kubeconfig", s.kubeconfig(), "-lock-namespace", "default", "-lease", "6s"}
	return stop, s.apply(ctx)
}

// apply makes the type, the secret and the fleets.
func (s *story) apply(ctx context.Context) error {
	text, err := os.ReadFile("../config/crd.yaml")
	if err != nil {
		return err
	}
	var crd any
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return err
	}
	if err := s.do(ctx, http.MethodPost, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, nil); err != nil {
		return err
	}
	secret := map[string]any{
		"metadata": map[string]any{"name": "web"}, "stringData": map[string]any{"password": "Passw0rd-1234"},
	}
	if err := s.do(ctx, http.MethodPost, "/api/v1/namespaces/default/secrets", secret, nil); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); s.do(ctx, http.MethodGet, fleetsPath, nil, nil) != nil; {
		if time.Now().After(end) {
			return fmt.Errorf("the API server does not serve fleets")
		}
		time.Sleep(time.Second)
	}
	for name, a := range accounts {
		template := json.RawMessage(`{"name": "web", "login": {"password": "secret:web/password"}, ` + a.template + `}`)
		for n := range s.fleets {
			f := map[string]any{
				"apiVersion": "yunfan.example.com/v1alpha1", "kind": "Fleet",
				"metadata": map[string]any{"name": fmt.Sprintf("%s-%d", name, n)},
				"spec":     map[string]any{"account": name, "replicas": s.size, "template": template},
			}
			if err := s.do(ctx, http.MethodPost, fleetsPath, f, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// killUntil runs two controllers at a time, of which one leads, and kills one of them at random
// moments. After the kills it lets them work until all is as wanted.
func (s *story) killUntil(ctx context.Context, wanted func(*fleets) bool) error {
	var running []*process
	defer func() {
		for _, p := range running {
			p.kill()
		}
	}()
	end := time.Now().Add(s.patient)
	for kills := 0; ; {
		running = slices.DeleteFunc(running, (*process).hasEnded) // a leader that could not renew its lease ends
		for len(running) < 2 {
			p, err := s.controller()
			if err != nil {
				return err
			}
			running = append(running, p)
		}
		pause := time.Second
		if kills < s.kills {
			pause = rand.N(s.within) + 100*time.Millisecond
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		if kills < s.kills {
			running[rand.IntN(len(running))].kill()
			kills, s.count = kills+1, s.count+1
			continue
		}
		var list fleets
		if err := s.do(ctx, http.MethodGet, fleetsPath, nil, &list); err != nil {
			return err
		}
		if wanted(&list) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("it takes longer than %v: %+v\n%s", s.patient, list, s.lastWords())
		}
	}
}

// process is a controller.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill sends SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

func (s *story) controller() (*process, error) {
	for _, pair := range []string{"FLEETS_ID=" + cloudsim.DefaultAccessKeyID, "FLEETS_SECRET=" + cloudsim.DefaultAccessKeySecret} {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	cmd, err := s.command("controller", "controller", s.args...)
	if err != nil {
		return nil, err
	}
	p := &process{cmd, make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	return p, nil
}

// lastWords returns the end of the log of the controllers.
func (s *story) lastWords() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "controller.log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
