package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"github.com/yunfan-cloud/yunfan/provider"
)

// refusedFleet has problems of every kind: of the file, of an account, and of fields that clouds do
// not have.
const refusedFleet = `version: 1
name: wrong
clouds:
  ali: {cloud: aliyun, region: cn-hangzhou}
  qing: {cloud: qingcloud, region: pek3a}
members:
  - name: web
    account: aly
    spec: {imageId: img-1, instanceType: ecs.g6.large}
  - name: db
    account: qing
    spec:
      zone: pek3a
      imageId: jammyx64
      instanceType: e2.large.r2
      login: {password: env:PROVISION_TEST_PASSWORD}
      network: {subnetId: vxnet-shop1234}
      tags: {team: shop}
      deletionProtection: true
  - name: app
    account: ali
    spec:
      imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
      instanceType: ecs.g6.large
      count: 250
      login: {password: env:PROVISION_TEST_PASSWORD}
      userData: file:boot.sh
      network: {subnetId: vsw-bp1shop, securityGroupIds: [sg-bp1shop]}
`

func TestPlanOfTheExample(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	golden(t, "plan.json", p.wants(exitDone, "plan", "-o", "json"))
	for name, columns := range map[string]string{"plan80.txt": "80", "plan40.txt": "40"} {
		t.Setenv("COLUMNS", columns)
		golden(t, name, p.wants(exitDone, "plan", "--simulate"))
	}
}

func TestPlanShowsEveryProblemAndWhatIsRight(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": refusedFleet, "boot.sh": "echo a-secret-of-the-boot"})
	t.Setenv("PROVISION_TEST_PASSWORD", "Valid-pass-1")
	t.Setenv("COLUMNS", "80")
	golden(t, "refused80.txt", p.wants(exitUsage, "plan"))
	golden(t, "refused.json", p.wants(exitUsage, "plan", "-o", "json"))
}

func TestPlanShowsNoSecret(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": refusedFleet, "boot.sh": "echo a-secret-of-the-boot"})
	t.Setenv("PROVISION_TEST_PASSWORD", "Valid-pass-1")
	for _, format := range []string{"text", "json"} {
		out := p.wants(exitUsage, "plan", "-o", format)
		for _, secret := range []string{"Valid-pass-1", "a-secret-of-the-boot", "ZWNobyBhLXNlY3JldC"} {
			if strings.Contains(out, secret) {
				t.Errorf("-o %s shows %s", format, secret)
			}
		}
		if !strings.Contains(out, "[redacted]") {
			t.Errorf("-o %s does not show that there is a secret", format)
		}
	}
}

// No line is wider than the screen, and nothing is cut off, whatever the width.
func TestPlanFitsEveryWidth(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	t.Setenv("COLUMNS", "80")
	letters := func(text string) string { return strings.Join(strings.Fields(text), "") }
	whole := p.wants(exitDone, "plan")
	for _, columns := range []string{"30", "33", "40", "57", "110"} {
		t.Setenv("COLUMNS", columns)
		out := p.wants(exitDone, "plan")
		for line := range strings.Lines(out) {
			if width := runewidth.StringWidth(strings.TrimRight(line, "\n")); width > newScreen(nil).width {
				t.Errorf("%s columns: a line of %d: %q", columns, width, line)
			}
		}
		if strings.Count(letters(out), "ubuntu_22_04_x64_20G_alibase_20230907.vhd") != 1 {
			t.Errorf("%s columns: a value is cut off\n%s", columns, out)
		}
		if len(letters(out)) > len(letters(whole)) {
			t.Errorf("%s columns: more text than in 80", columns)
		}
	}
}

func TestPlanSaysWhatIsAppliedAlready(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	p.simulate()
	p.wants(exitDone, "apply", "--simulate")
	out := p.wants(exitDone, "plan", "--simulate")
	if want := "2 instances applied already: apply continues them"; !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
}

func TestChoicesAreFieldsOfTheSpec(t *testing.T) {
	for _, path := range choices {
		if !slices.Contains(provider.Leaves(), path) {
			t.Errorf("%s is no field of the spec", path)
		}
	}
}

func TestFileNames(t *testing.T) {
	for leaf, want := range map[string]string{
		"Zone": "zone", "Network.VPCID": "network.vpcId", "DataDisks[].Type": "dataDisks[].type",
	} {
		if got := fileName(leaf); got != want {
			t.Errorf("%s is %s in files, want %s", leaf, got, want)
		}
	}
}

// CVM alone takes a spec without a type, and chooses one: the plan says so.
func TestPlanSaysThatTheCloudChoosesTheType(t *testing.T) {
	const fleet = `version: 1
name: shop
clouds:
  qq: {cloud: tencent, region: ap-guangzhou}
members:
  - name: web
    account: qq
    spec: {zone: ap-guangzhou-3, imageId: img-1}
`
	out := inPlace(t, map[string]string{"fleet.yaml": fleet}).wants(exitDone, "plan")
	if !strings.Contains(out, "instanceType") {
		t.Errorf("the plan does not name instanceType:\n%s", out)
	}
}
