package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// mistake is something that a user gets wrong. Each answer has what is wrong, where, and what to do
// next; nothing is sent.
type mistake struct {
	name string
	file string // the fleet file; "" is the example
	args []string
	code int
	says []string
	next string
}

// withSpec returns the small fleet with another line in its spec.
func withSpec(line string) string {
	return strings.Replace(smallFleet, "      count: 2\n", "      "+line+"\n", 1)
}

// with returns the small fleet with a text replaced.
func with(old, new string) string { return strings.Replace(smallFleet, old, new, 1) }

func mistakesOfCommands() []mistake {
	return []mistake{
		{
			"no such command", "",
			[]string{"aply"},
			exitUsage,
			[]string{`there is no command "aply"`},
			"did you mean provision apply?",
		},
		{
			"no such flag", "",
			[]string{"plan", "--simulat"},
			exitUsage,
			[]string{"unknown flag: --simulat"},
			"provision plan --help",
		},
		{
			"an argument too many", "",
			[]string{"plan", "fleet.yaml"},
			exitUsage,
			[]string{`"fleet.yaml" is not an argument of provision plan`},
			"provision plan --help",
		},
		{
			"a flag without its value", "",
			[]string{"plan", "-f"},
			exitUsage,
			[]string{"flag needs an argument"},
			"provision plan --help",
		},
		{
			"unknown format", "",
			[]string{"plan", "-o", "xml"},
			exitUsage,
			[]string{`"xml"`, "--output"},
			"-o text or -o json",
		},
		{
			"wrong duration", "",
			[]string{"simulator", "--boot", "5"},
			exitUsage,
			[]string{"--boot", `"5"`},
			"provision simulator --help",
		},
		{
			"no fleet file", "",
			[]string{"plan", "-f", "fleat.yaml"},
			exitUsage,
			[]string{"no fleet file fleat.yaml"},
			"provision example > fleet.yaml",
		},
		{
			"a directory for a file", "",
			[]string{"plan", "-f", "."},
			exitUsage,
			[]string{"read .: is a directory"},
			"with -f",
		},
		{
			"state below a file", "",
			[]string{"apply", "--simulate", "-s", "fleet.yaml/state"},
			exitUsage,
			[]string{"the state directory fleet.yaml/state cannot be written"},
			"with --state",
		},
		{
			"damaged state", "",
			[]string{"status", "-s", "damaged"},
			exitUsage,
			[]string{"the state directory damaged cannot be read"},
			"with --state",
		},
		{
			"state of a newer program", "",
			[]string{"status", "-s", "newer"},
			exitUsage,
			[]string{"newer/state.json has version 9; this program knows 1"},
			"with --state",
		},
		{
			"nothing to resume", "",
			[]string{"resume"},
			exitUsage,
			[]string{"nothing is applied in the state directory .provision"},
			"provision apply",
		},
		{
			"unknown member", "",
			[]string{"down", "web"},
			exitUsage,
			[]string{`no member "web" is applied`},
			"nothing is applied in .provision",
		},
		{
			"nobody to ask", smallFleet,
			[]string{"apply"},
			exitUsage,
			[]string{"nobody to ask", "2 instances", "cost money"},
			"--yes",
		},
		{
			"a simulated state for live clouds", smallFleet,
			[]string{"apply", "--yes", "-s", "simulated"},
			exitUsage,
			[]string{"the state directory simulated has a simulated fleet"},
			"use --simulate",
		},
	}
}

func mistakesOfFiles() []mistake {
	const mend = "mend the file at this place"
	plan := []string{"plan"}
	return []mistake{
		{"empty", " \n", plan, exitUsage, []string{"fleet.yaml:1:1: the file is empty"}, mend},
		{
			"tab", "version: 1\nclouds:\n\ta: {}\n", plan, exitUsage,
			[]string{"fleet.yaml:3:", "a tab cannot indent"},
			mend,
		},
		{
			"other encoding", "version: 1\nname: \xc4\xe3\n", plan, exitUsage,
			[]string{"fleet.yaml:2:7: the file is not in UTF-8"},
			mend,
		},
		{
			"no version", with("version: 1\n", ""), plan, exitUsage,
			[]string{"version: is missing: begin the file with version: 1"},
			mend,
		},
		{
			"other version", with("version: 1", "version: 2"), plan, exitUsage,
			[]string{"fleet.yaml:1:10: version: 2 is not known"},
			mend,
		},
		{
			"no clouds and no members", "version: 1\n", plan, exitUsage,
			[]string{"clouds: is missing", "members: is missing"},
			"2 places",
		},
		{
			"unknown cloud", with("cloud: aliyun", "cloud: alyun"), plan, exitUsage,
			[]string{`fleet.yaml:4:16: clouds["ali"].cloud: "alyun": unknown cloud; did you mean aliyun?`},
			mend,
		},
		{
			"no region", with("cloud: aliyun, region: cn-hangzhou", "cloud: ens"), plan, exitUsage,
			[]string{`clouds["ali"].region: required`},
			mend,
		},
		{
			"bad region", with("cn-hangzhou", "hang zhou"), plan, exitUsage,
			[]string{`clouds["ali"].region: "hang zhou"`},
			mend,
		},
		{
			"unknown account", with("account: ali", "account: alli"), plan, exitUsage,
			[]string{`fleet.yaml:7:14: members[0].account: "alli": unknown account; did you mean ali?`},
			mend,
		},
		{
			"no account", with("    account: ali\n", ""), plan, exitUsage,
			[]string{"members[0].account: is missing"},
			mend,
		},
		{
			"no name", with("name: web\n    account", "account"), plan, exitUsage,
			[]string{"members[0].name: is missing"},
			mend,
		},
		{
			"bad name", with("name: web", "name: a/b"), plan, exitUsage,
			[]string{`members[0].name: "a/b": a name has letters`},
			mend,
		},
		{
			"name twice", smallFleet + "  - {name: web, account: ali, spec: {}}\n", plan, exitUsage,
			[]string{`members[1].name: "web" is the name of members[0] already`},
			"places",
		},
		{
			"other cloud", with("account: ali", "account: ali\n    cloud: ens"), plan, exitUsage,
			[]string{`members[0].cloud: "ens": the account ali is on aliyun`},
			mend,
		},
		{
			"no spec", "version: 1\nclouds: {a: {cloud: ens, region: cn-hangzhou-44}}\nmembers: [{name: web, account: a}]\n", plan, exitUsage,
			[]string{"members[0].spec: is missing"},
			"place",
		},
		{
			"wrong spelling", withSpec("instancetype: x"), plan, exitUsage,
			[]string{"members[0].spec.instancetype: unknown field; did you mean instanceType?"},
			mend,
		},
		{
			"number as text", withSpec(`count: "2"`), plan, exitUsage,
			[]string{`fleet.yaml:9:14: members[0].spec.count: "2" is a text; write the number without quotes`},
			mend,
		},
		{
			"half an instance", withSpec("count: 2.5"), plan, exitUsage,
			[]string{`members[0].spec.count: "2.5" is not a whole number`},
			mend,
		},
		{
			"password in the file", with("keyPairs: [shop]", "password: Valid-pass-1"), plan, exitUsage,
			[]string{"members[0].spec.login.password: a secret must not be in the file: write env:NAME"},
			mend,
		},
		{
			"variable not set", with("keyPairs: [shop]", "password: env:PROVISION_NO_SUCH"), plan, exitUsage,
			[]string{"login.password: env:PROVISION_NO_SUCH: the environment variable is not set"},
			mend,
		},
		{
			"no file of a secret", withSpec("userData: file:none.sh"), plan, exitUsage,
			[]string{"spec.userData: file:none.sh: open", "no such file"},
			mend,
		},
		{
			"what the cloud does not have", withSpec("hardware: {cpus: 2}"), plan, exitUsage,
			[]string{"members[0].spec.hardware.cpus: not supported", "(aliyun)"},
			"3 places",
		},
		{
			"no image", with("imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd", "hostName: web"), plan, exitUsage,
			[]string{"members[0].spec.imageId"},
			mend,
		},
		{
			"options of another cloud", withSpec("vendor: {aliyn: {}}"), plan, exitUsage,
			[]string{"spec.vendor.aliyn: unknown cloud; did you mean aliyun?"},
			mend,
		},
		{
			"keys in the file", with("retryFor: 1s", "credentials: {accessKeyId: LTAI5t, accessKeySecret: x}"), plan, exitUsage,
			[]string{`clouds["ali"].credentials.accessKeyId: a secret must not be in the file`, "accessKeySecret: a secret must not"},
			"2 places",
		},
		{
			"duration without unit", with("retryFor: 1s", "retryFor: 1"), plan, exitUsage,
			[]string{`clouds["ali"].retryFor: 1 is a duration without a unit`},
			mend,
		},
		{
			"key twice", withSpec("count: 2\n      count: 3"), plan, exitUsage,
			[]string{"spec.count: is there twice: the first is in line 9"},
			mend,
		},
	}
}

func TestEveryMistakeIsAnsweredWithWhatWhereAndNext(t *testing.T) {
	mistakes := append(mistakesOfCommands(), mistakesOfFiles()...)
	if len(mistakes) < 30 {
		t.Fatalf("%d mistakes, want 30 at least", len(mistakes))
	}
	t.Setenv("HOME", t.TempDir())
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			file := m.file
			if file == "" {
				file = exampleFleet
			}
			p := inPlace(t, map[string]string{"fleet.yaml": file})
			for dir, text := range map[string]string{
				"damaged": "{", "newer": `{"version": 9}`, "simulated": `{"version": 1, "simulated": true, "members": ["web"]}`,
			} {
				writeState(t, dir, text)
			}
			writeRecord(t, "simulated", "web")
			code, out, errs := p.call(m.args...)
			if code != m.code {
				t.Errorf("exit %d, want %d", code, m.code)
			}
			text := strings.Join(strings.Fields(out+errs), " ")
			for _, want := range append(m.says, "next: ", m.next) {
				if !strings.Contains(text, want) {
					t.Errorf("got\n%s%s\nwant %q", out, errs, want)
				}
			}
			if secret := "Valid-pass-1"; strings.Contains(text, secret) {
				t.Errorf("the answer shows a secret\n%s", text)
			}
		})
	}
}

func writeState(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/state.json", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeRecord(t *testing.T, dir, member string) {
	t.Helper()
	if err := os.MkdirAll(dir+"/members", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/members/"+member+".json", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What goes wrong at a cloud says so, and nothing is left.
func TestMistakesThatTheCloudFinds(t *testing.T) {
	const keys = "credentials: {accessKeyId: env:PROVISION_ID, accessKeySecret: env:PROVISION_ID}"
	for _, c := range []struct {
		name, old, new string
		says           string
	}{
		{"nothing listens", "retryFor: 1s", "retryFor: 1s, endpoint: 'http://127.0.0.1:1', " + keys, "connection refused"},
		{"read-only", "retryFor: 1s", "readOnly: true, " + keys, "read-only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("PROVISION_ID", "testid")
			p := inPlace(t, map[string]string{"fleet.yaml": with(c.old, c.new)})
			r := p.result(exitFailed, "apply", "--yes")
			if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Reason, c.says) {
				t.Errorf("problems %+v, want one that says %q", r.Problems, c.says)
			}
		})
	}
}

// A fleet that was changed after it was applied is not half applied.
func TestAChangedFleetIsRefused(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": smallFleet})
	p.simulate()
	p.wants(exitDone, "apply", "--simulate")
	for text, want := range map[string]string{
		with("count: 2", "count: 3"):                          "web was applied with another spec: spec.count was 2 and is 3",
		with("name: web", "name: www"):                        "web was applied, and is not in the file",
		with("instanceType: ecs.g6.large", "instanceType: x"): "spec.instanceType was ecs.g6.large and is x",
	} {
		if err := os.WriteFile("fleet.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"plan", "apply"} {
			code, out, errs := p.call(command, "--simulate")
			if got := strings.Join(strings.Fields(out+errs), " "); code != exitUsage || !strings.Contains(got, want) {
				t.Errorf("%s: exit %d, want %d and %q\n%s", command, code, exitUsage, want, got)
			}
		}
	}
}

// -o json has errors as JSON too, with their places.
func TestMistakesInJSON(t *testing.T) {
	p := inPlace(t, map[string]string{"fleet.yaml": with("account: ali", "acount: ali")})
	r := p.result(exitUsage, "apply", "--simulate")
	want := problem{
		File: "fleet.yaml", Line: 7, Column: 5, Field: "members[0].acount", Reason: "unknown field; did you mean account?",
	}
	if !slices.Contains(r.Problems, want) {
		t.Errorf("problems %+v, want %+v among them", r.Problems, want)
	}
	if r.ExitCode != exitUsage || r.Next == "" {
		t.Errorf("exit code %d and next %q in the document", r.ExitCode, r.Next)
	}
}
