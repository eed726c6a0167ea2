package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// smallFleet has one member on a cloud with client tokens.
const smallFleet = `version: 1
name: small
clouds:
  ali: {cloud: aliyun, region: cn-hangzhou, retryFor: 1s}
members:
  - name: web
    account: ali
    spec:
      count: 2
      imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
      instanceType: ecs.g6.large
      login: {keyPairs: [shop]}
      network: {subnetId: vsw-bp1shop, securityGroupIds: [sg-bp1shop]}
`

// cvmFleet has one member on a cloud that shows instances which died while they booted.
const cvmFleet = `version: 1
clouds:
  qq: {cloud: tencent, region: ap-guangzhou}
members:
  - name: web
    account: qq
    spec:
      zone: ap-guangzhou-3
      count: 2
      imageId: img-487zeit5
      instanceType: S5.MEDIUM4
      login: {keyPairs: [skey-shop1234]}
      network: {vpcId: vpc-shop1234, subnetId: subnet-shop1234, securityGroupIds: [sg-shop1234]}
`

// running returns how many instances of each cloud exist in the simulator.
func running(sim *cloudsim.Sim) map[cloudsim.Cloud]int {
	n := map[cloudsim.Cloud]int{}
	for _, i := range sim.Instances() {
		n[i.Cloud]++
	}
	return n
}

// exampleCounts are the instances of the example.
var exampleCounts = map[cloudsim.Cloud]int{cloudsim.ECS: 3, cloudsim.ENS: 2, cloudsim.CVM: 2, cloudsim.QingCloud: 2}

func wantCounts(t *testing.T, sim *cloudsim.Sim, want map[cloudsim.Cloud]int) {
	t.Helper()
	got := running(sim)
	for _, c := range cloudsim.Clouds() {
		if got[c] != want[c] {
			t.Errorf("%s has %d instances, want %d", c, got[c], want[c])
		}
	}
}

func TestApplyStatusAndDownOfTheExample(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	sim := p.simulate()
	out := p.wants(exitDone, "apply", "-simulate")
	if want := "9 of 9 instances running on 4 simulated clouds"; !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
	wantCounts(t, sim, exampleCounts)

	p.wants(exitDone, "apply", "--simulate") // changes nothing
	wantCounts(t, sim, exampleCounts)

	status := p.result(exitDone, "status")
	var names []string
	for _, m := range status.Members {
		names = append(names, m.Name)
		if m.Running != m.Wanted || len(m.Instances) != m.Wanted {
			t.Errorf("status of %s: %d of %d running, %d instances", m.Name, m.Running, m.Wanted, len(m.Instances))
		}
	}
	if want := []string{"web", "cdn", "worker", "数据"}; !slices.Equal(names, want) {
		t.Errorf("members %v, want those of the file in its order", names)
	}

	p.wants(exitDone, "down", "数据")
	if got := running(sim)[cloudsim.QingCloud]; got != 0 {
		t.Errorf("%d instances on QingCloud after down, want 0", got)
	}
	p.wants(exitDone, "down")
	wantCounts(t, sim, nil)
	if _, err := os.Stat(p.state() + "/state.json"); !os.IsNotExist(err) {
		t.Errorf("the state of the fleet is still there: %v", err)
	}
	if got := p.wants(exitDone, "status"); !strings.Contains(got, "nothing is applied") {
		t.Errorf("status after down: %s", got)
	}
}

// Nothing but text goes into a pipe.
func TestAPipeGetsNoControlCharacters(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	p.simulate()
	out := p.wants(exitDone, "apply", "--simulate") + p.wants(exitDone, "status") + p.wants(exitDone, "down")
	if i := strings.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' }); i >= 0 {
		t.Errorf("a control character at %q", out[max(0, i-20):i+1])
	}
}

func TestExitCodesAndOutcomes(t *testing.T) {
	for _, c := range []struct {
		name    string
		fleet   string
		fault   cloudsim.Fault
		code    int
		outcome string
		exist   int
		says    string
	}{
		{"no stock", smallFleet, cloudsim.Fault{Kind: cloudsim.NoStock}, exitFailed, outcomeFailed, 0, "no stock"},
		{
			"one dies", cvmFleet,
			cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1},
			exitPartly, outcomePartly, 2, "launch failed",
		},
		{
			"no answer", smallFleet,
			cloudsim.Fault{API: "RunInstances", Kind: cloudsim.ResetAfter},
			exitUnknown, outcomeUnknown, 2, "more may exist",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, map[string]string{"fleet.yaml": c.fleet})
			sim := p.simulate()
			sim.Inject(c.fault)
			r := p.result(c.code, "apply", "--simulate")
			if r.Outcome != c.outcome || r.ExitCode != c.code {
				t.Errorf("outcome %s and exit code %d in the result, want %s and %d", r.Outcome, r.ExitCode, c.outcome, c.code)
			}
			if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Reason, c.says) {
				t.Errorf("problems %+v, want one that says %q", r.Problems, c.says)
			}
			if got := len(sim.Instances()); got != c.exist {
				t.Errorf("%d instances, want %d", got, c.exist)
			}
		})
	}
}

// After a create that made nothing, the reason can be mended and apply called again.
func TestApplyAgainAfterAFailureBeginsAnew(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	sim := p.simulate()
	remove := sim.Inject(cloudsim.Fault{Kind: cloudsim.Quota})
	p.wants(exitFailed, "apply", "--simulate")
	remove()
	p.wants(exitDone, "apply", "--simulate")
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 2})
}

// A fleet whose live apply made nothing can be tried on simulated clouds, although its accounts have
// profiles that do not exist here.
func TestSimulateAfterALiveApplyThatMadeNothing(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	p := newPlace(t, map[string]string{"fleet.yaml": with("retryFor: 1s", "profile: shop")})
	sim := p.simulate()
	r := p.result(exitFailed, "apply", "--yes")
	if got := r.Members[0].Error; !strings.Contains(got, "shop") {
		t.Errorf("got %q, want an error about the profile", got)
	}
	if got := p.wants(exitFailed, "status"); !strings.Contains(got, "not begun: provision resume creates it") {
		t.Errorf("status\n%s", got)
	}
	p.wants(exitDone, "apply", "--simulate")
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 2})
}

// An unknown outcome is found out by resume, without a second instance.
func TestResumeFindsOutAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	sim := p.simulate()
	remove := sim.Inject(cloudsim.Fault{API: "RunInstances", Kind: cloudsim.ResetAfter})
	p.wants(exitUnknown, "apply", "--simulate")
	if r := p.result(exitUnknown, "status"); len(r.Members[0].Notes) != 1 {
		t.Errorf("status: notes %q, want one about unknown IDs", r.Members[0].Notes)
	}
	remove()
	r := p.result(exitDone, "resume")
	if got := len(r.Members[0].Instances); got != 2 {
		t.Errorf("%d instances, want 2", got)
	}
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 2})
}

// What apply was asked to create is released even when the secrets of the specs are gone.
func TestDownNeedsNoSecretOfASpec(t *testing.T) {
	text := strings.Replace(smallFleet, "keyPairs: [shop]", "password: env:PROVISION_TEST_SECRET", 1)
	p := newPlace(t, map[string]string{"fleet.yaml": text})
	sim := p.simulate()
	t.Setenv("PROVISION_TEST_SECRET", "Valid-pass-1")
	p.wants(exitDone, "apply", "--simulate")
	_ = filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data), "Valid-pass-1") {
			t.Errorf("%s holds the password", path)
		}
		return err
	})
	if err := os.Unsetenv("PROVISION_TEST_SECRET"); err != nil {
		t.Fatal(err)
	}
	p.wants(exitDone, "status")
	p.wants(exitDone, "down")
	wantCounts(t, sim, nil)
}

// The names of the fields of -o json are kept for good.
func TestNamesInJSON(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	p.simulate()
	names := map[string]bool{}
	for _, args := range [][]string{{"apply", "--simulate"}, {"status"}, {"down"}, {"resume"}} {
		_, out, _ := p.call(append(args, "-o", "json")...)
		collectNames(t, out, names)
	}
	var list []string
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	golden(t, "names.txt", strings.Join(list, "\n")+"\n")
}
