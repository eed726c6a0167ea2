package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// typedFleet lets the catalog of each cloud choose the type. Its networks are those of the simulator.
const typedFleet = `version: 1
name: typed
clouds:
  ali: {cloud: aliyun, region: cn-hangzhou}
  edge: {cloud: ens, region: cn-beijing-cmcc}
  qq: {cloud: tencent, region: ap-guangzhou}
  qing: {cloud: qingcloud, region: pek3a}
members:
  - name: web
    account: ali
    type: {cpus: 2..4, memoryGiB: ">=4", arch: x86_64, maxPrice: "0.6"}
    spec:
      count: 3
      imageId: ubuntu_22_04_x64_20G_alibase_20231221.vhd
      login: {keyPairs: [ops]}
      network: {subnetId: vsw-bp1s5fnvk4gn2tws00003, securityGroupIds: [sg-bp15ed6xe1yxeycg70001]}
  - name: cdn
    account: edge
    type: {cpus: ">=4"}
    spec:
      imageId: ubuntu_22_04_x64_20G_alibase_20250603
      systemDisk: {sizeGiB: 40}
      network: {publicIp: {bandwidthMbps: 5, chargeType: by-95th-monthly}}
      login: {keyPairs: [ssh-50cynkq42nqqapzwvlkmuzqzm]}
  - name: worker
    account: qq
    type:
      cpus: ">=2"
      order: preference
      prefer: [S5, SA2.MEDIUM4]
      subnets: {ap-guangzhou-3: subnet-guangzhou3, ap-guangzhou-4: subnet-guangzhou4}
    spec:
      count: 2
      imageId: img-487zeit5
      login: {keyPairs: [skey-1q8j7b93]}
      network: {vpcId: vpc-guangzhou, securityGroupIds: [sg-05bb4upy]}
  - name: data
    account: qing
    type: {cpus: ">=4", memoryGiB: 8}
    spec:
      imageId: jammyx64
      login: {keyPairs: [kp-bn2n77ow]}
      network: {subnetId: vxnet-ytuyg2q}
`

func TestAPlanShowsWhatIsChosenAndWhatItCosts(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": typedFleet})
	t.Setenv("COLUMNS", "80")
	golden(t, "typed80.txt", p.wants(exitDone, "plan", "--simulate"))
	golden(t, "typed.json", p.wants(exitDone, "plan", "--simulate", "-o", "json"))
}

// plannedTypes returns what a plan has chosen for each member.
func plannedTypes(t *testing.T, text string) map[string]*chosenType {
	t.Helper()
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	all := map[string]*chosenType{}
	for _, m := range p.Members {
		all[m.Name] = m.Chosen
	}
	return all
}

func TestAnUnknownPriceIsNeverANumber(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": typedFleet})
	chosen := plannedTypes(t, p.wants(exitDone, "plan", "--simulate", "-o", "json"))
	for _, name := range []string{"cdn", "data"} { // ENS has prices of prepaid orders only, and QingCloud has none
		price := chosen[name].Price
		if price.Known || price.PerHour != "" || price.PerInstanceHour != "" {
			t.Errorf("the price of %s is %+v, want that it is unknown", name, price)
		}
	}
	want := priceText{Known: true, Text: "0.4 CNY an hour", PerInstanceHour: "0.4", PerHour: "1.2", Currency: "CNY"}
	if got := chosen["web"].Price; got != want {
		t.Errorf("the price of web is %+v, want %+v", got, want)
	}
}

// The plan asks, and changes nothing: neither in the clouds nor on disk.
func TestAPlanWithTypesMakesReadCallsOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": typedFleet})
	sim := p.simulate()
	sim.KeepCalls(1000)
	p.wants(exitDone, "plan", "--simulate")
	var seen []string
	for _, c := range sim.LastCalls(1000) {
		if reads := strings.HasPrefix(c.Action, "Describe") || strings.HasPrefix(c.Action, "InquiryPrice"); !reads {
			t.Errorf("the plan sent %s to %s", c.Action, c.Cloud)
		}
		seen = append(seen, c.Action)
	}
	if len(seen) == 0 {
		t.Error("the plan asked nothing")
	}
	if entries, _ := os.ReadDir(p.state() + "/members"); len(entries) > 0 {
		t.Errorf("the plan left %d files of members", len(entries))
	}
}

func TestApplyCreatesWhatThePlanShows(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": typedFleet})
	sim := p.simulate()
	planned := plannedTypes(t, p.wants(exitDone, "plan", "--simulate", "-o", "json"))
	out := p.wants(exitDone, "apply", "--simulate")
	if want := "3 instances cost 1.2 CNY an hour"; !strings.Contains(out, want) {
		t.Errorf("apply does not show what it costs:\n%s\nwant %q", out, want)
	}
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 3, cloudsim.ENS: 1, cloudsim.CVM: 2, cloudsim.QingCloud: 1})
	for _, m := range p.result(exitDone, "status").Members {
		if m.Chosen == nil || m.Chosen.InstanceType != planned[m.Name].InstanceType {
			t.Errorf("status of %s has the choice %+v, want %+v as planned", m.Name, m.Chosen, planned[m.Name])
		}
		for _, i := range m.Instances {
			if i.Type != planned[m.Name].InstanceType {
				t.Errorf("an instance of %s is a %s, want %s as planned", m.Name, i.Type, planned[m.Name].InstanceType)
			}
		}
	}
	p.wants(exitDone, "apply", "--simulate") // exists already: nothing is chosen again
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 3, cloudsim.ENS: 1, cloudsim.CVM: 2, cloudsim.QingCloud: 1})
	p.wants(exitDone, "down")
	wantCounts(t, sim, nil)
}

// onlyWeb is the part of typedFleet that is on ECS.
func onlyWeb() string {
	return typedFleet[:strings.Index(typedFleet, "  - name: cdn")]
}

// The other candidates are the alternatives of a member.
func TestTheOtherCandidatesAreAlternatives(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": onlyWeb()})
	sim := p.simulate()
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.NoStock, Times: 1})
	r := p.result(exitDone, "apply", "--simulate")
	m := r.Members[0]
	for _, i := range m.Instances {
		if want := "ecs.g6.large"; i.Type != want || m.Chosen.InstanceType == want {
			t.Errorf("an instance is a %s after %s ran out, want the second candidate %s", i.Type, m.Chosen.InstanceType, want)
		}
	}
}

// What an apply that was cut off has chosen stays chosen, whatever the cloud offers later.
func TestResumeNeverChoosesAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": onlyWeb()})
	sim := p.simulate()
	remove := sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.Quota})
	p.wants(exitFailed, "apply", "--simulate")
	remove()
	priced := sim.Calls(cloudsim.ECS, "DescribePrice")
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "DescribeAvailableResource", Kind: cloudsim.Throttle})
	r := p.result(exitDone, "resume")
	if got, want := r.Members[0].Instances[0].Type, r.Members[0].Chosen.InstanceType; got != want {
		t.Errorf("an instance is a %s, want %s as chosen", got, want)
	}
	if got := sim.Calls(cloudsim.ECS, "DescribePrice"); got != priced {
		t.Errorf("resume asked for %d prices, want none", got-priced)
	}
	wantCounts(t, sim, map[cloudsim.Cloud]int{cloudsim.ECS: 3})
}

func TestAnotherTypeThanWasAppliedIsRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": onlyWeb()})
	p.simulate()
	p.wants(exitDone, "apply", "--simulate")
	p.write("fleet.yaml", strings.Replace(onlyWeb(), "2..4", "4..8", 1))
	_, _, errs := p.call("apply", "--simulate")
	for _, want := range []string{"type.cpus.min was 2 and is 4", "type.cpus.max was 4 and is 8"} {
		if !strings.Contains(errs, want) {
			t.Errorf("got\n%s\nwant %q", errs, want)
		}
	}
}

func TestATypeThatNothingFitsSaysWhyNot(t *testing.T) {
	t.Parallel()
	text := strings.Replace(onlyWeb(), `maxPrice: "0.6"`, `maxPrice: "0.1"`, 1)
	p := newPlace(t, map[string]string{"fleet.yaml": text})
	sim := p.simulate()
	for _, command := range []string{"plan", "apply"} {
		_, out, errs := p.call(command, "--simulate")
		for _, want := range []string{"fleet.yaml:11:11", "members[0].type", "no instance type fits", "more than 0.1"} {
			if !strings.Contains(strings.Join(strings.Fields(out+errs), " "), want) {
				t.Errorf("%s: got\n%s%s\nwant %q", command, out, errs, want)
			}
		}
	}
	wantCounts(t, sim, nil)
}

func TestWhatATypeChoosesCannotBeInTheSpec(t *testing.T) {
	text := strings.Replace(onlyWeb(), "      count: 3\n", "      count: 3\n      instanceType: ecs.g6.large\n", 1)
	text = strings.Replace(text, "  - name: web\n", "  - name: web\n    run: {alternatives: [{instanceType: ecs.g7.large}]}\n", 1)
	p := inPlace(t, map[string]string{"fleet.yaml": text})
	out := p.wants(exitUsage, "plan", "-o", "json")
	for _, want := range []string{"members[0].spec.instanceType", "members[0].run.alternatives"} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant a problem of %s", out, want)
		}
	}
}

// A problem elsewhere is shown before anything is asked.
func TestNothingIsChosenWhileThereAreProblems(t *testing.T) {
	text := strings.Replace(typedFleet, "keyPairs: [kp-bn2n77ow]", "keyPairs: []", 1)
	p := inPlace(t, map[string]string{"fleet.yaml": text})
	out := p.wants(exitUsage, "plan", "--simulate")
	if want := "its type is chosen once the problems are mended"; !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
}
