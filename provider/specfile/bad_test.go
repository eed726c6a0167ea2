package specfile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// bad are inputs, and everything that is told of them. An input that begins with S is what
// stands below "version: 1" and "spec:".
var bad = []struct{ name, in, want string }{
	{"an unknown field", "S  zonne: a", `f:3:3: spec.zonne: unknown field; did you mean zone?`},
	{"a Go name", "S  ImageID: a", `f:3:3: spec.ImageID: unknown field; did you mean imageId?`},
	{"snake case", "S  image_id: a", `f:3:3: spec.image_id: unknown field; did you mean imageId?`},
	{"two letters swapped", "S  instnaceType: a", `f:3:3: spec.instnaceType: unknown field; did you mean instanceType?`},
	{"a field in the wrong place", "S  sizeGiB: 40", `f:3:3: spec.sizeGiB: unknown field; did you mean spec.systemDisk.sizeGiB?`},
	{"nothing like it", "S  flavour: m1", `f:3:3: spec.flavour: unknown field`},
	{"a strange key", "S  \"a b\\n\": 1", `f:3:3: spec: unknown field: a name has letters and digits only, and a value needs a blank after the colon`},
	{"a field of the program", "version: 1\nspec: {}\nrun: {journal: x, progress: y}", `f:3:7: run.journal: is set by the program: files do not have it
f:3:19: run.progress: is set by the program: files do not have it`},
	{"an unknown field at the top", "version: 1\nspec: {}\nrum: {}", `f:3:1: rum: unknown field; did you mean run?`},
	{"a key twice", "S  count: 1\n  zone: a\n  count: 2", `f:5:3: spec.count: is there twice: the first is in line 3`},
	{"a tag key twice", "S  tags: {a: b, a: c}", `f:3:16: spec.tags["a"]: is there twice: the first is in line 3`},
	{"a fraction", "S  count: 2.5", `f:3:10: spec.count: "2.5" is not a whole number`},
	{"octal", "S  count: 0250", `f:3:10: spec.count: "0250" is not a whole number: it begins with 0, which some programs read as octal`},
	{"hexadecimal", "S  count: 0x1F", `f:3:10: spec.count: "0x1F" is not a whole number`},
	{"underscores", "S  count: 1_000", `f:3:10: spec.count: "1_000" is not a whole number`},
	{"an exponent", "S  count: 1e3", `f:3:10: spec.count: "1e3" is not a whole number`},
	{"a number in quotes", "S  count: \"2\"", `f:3:10: spec.count: "2" is a text; write the number without quotes`},
	{"a word for a number", "S  count: many", `f:3:10: spec.count: "many" is not a whole number`},
	{"a number that is too large", "S  count: 99999999999999999999", `f:3:10: spec.count: "99999999999999999999" is too large`},
	{"not a number", "S  count: .nan", `f:3:10: spec.count: ".nan" is not a whole number`},
	{"a list for a number", "S  count: [1]", `f:3:10: spec.count: want a whole number, not a list`},
	{"yes", "S  dryRun: yes", `f:3:11: spec.dryRun: "yes" is not true or false`},
	{"a word in capitals", "S  dryRun: True", `f:3:11: spec.dryRun: "True" is not true or false`},
	{"one for true", "S  dryRun: 1", `f:3:11: spec.dryRun: "1" is not true or false`},
	{"true in quotes", "S  dryRun: \"true\"", `f:3:11: spec.dryRun: "true" is not true or false; write it without quotes`},
	{"a number for a text", "S  projectId: 1234", `f:3:14: spec.projectId: 1234 without quotes is no text: write "1234"`},
	{"a price without quotes", "S  billing: {mode: spot, spot: {maxPrice: 0.10}}", `f:3:42: spec.billing.spot.maxPrice: 0.10 without quotes is no text: write "0.10"`},
	{"true for a text", "S  name: true", `f:3:9: spec.name: true without quotes is no text: write "true"`},
	{"fields for a text", "S  name: {a: b}", `f:3:9: spec.name: want a text, not fields`},
	{"a text for fields", "S  network: vpc-1", `f:3:12: spec.network: want fields, not a text`},
	{"a text for a list", "S  login: {keyPairs: a}", `f:3:21: spec.login.keyPairs: want a list, not a text`},
	{"a list for fields", "S  systemDisk: [a]", `f:3:15: spec.systemDisk: want fields, not a list`},
	{"a text for tags", "S  tags: a", `f:3:9: spec.tags: want keys with values, not a text`},
	{"no value", "S  zone:", `f:3:8: spec.zone: has no value: leave it out, or give it one`},
	{"no value of a public address", "S  network:\n    publicIp:", `f:4:14: spec.network.publicIp: has no value: leave it out, or write {} for the defaults of the cloud`},
	{"null", "S  securityAgent: null", `f:3:18: spec.securityAgent: has no value: leave it out, or give it one`},
	{"a word for a time", "S  autoReleaseTime: tomorrow", `f:3:20: spec.autoReleaseTime: "tomorrow" is not a time; write one like 2026-12-31T20:00:00+08:00`},
	{"a time without a zone", "S  autoReleaseTime: 2026-12-31T20:00:00", `f:3:20: spec.autoReleaseTime: "2026-12-31T20:00:00" is not a time; write one like 2026-12-31T20:00:00+08:00`},
	{"a day for a time", "S  autoReleaseTime: 2026-12-31", `f:3:20: spec.autoReleaseTime: "2026-12-31" is not a time; write one like 2026-12-31T20:00:00+08:00`},
	{"a number for a time", "S  autoReleaseTime: 1767182400", `f:3:20: spec.autoReleaseTime: "1767182400" is not a time; write one like 2026-12-31T20:00:00+08:00`},
	{"no address", "S  network: {privateIps: [10.0.0.1, 10.0.0]}", `f:3:36: spec.network.privateIps[1]: "10.0.0" is not an IP address`},
	{"a number for an address", "S  network: {privateIps: [10.5]}", `f:3:26: spec.network.privateIps[0]: "10.5" is not an IP address`},
	{"an unknown word", "S  billing: {mode: spott}", `f:3:19: spec.billing.mode: "spott" is not one of on-demand, prepaid, spot, dedicated-host; did you mean spot?`},
	{"a word in the wrong case", "S  network: {ipFamily: IPv6}", `f:3:23: spec.network.ipFamily: "IPv6" is not one of ipv4, ipv6, dual-stack; did you mean ipv6?`},
	{"a word that is far off", "S  placement: {tenancy: dedicated}", `f:3:24: spec.placement.tenancy: "dedicated" is not one of shared, host`},
	{"a password", "S  login: {password: hunter2}", `f:3:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH`},
	{"a password with a colon", "S  login: {password: \"abc:def\"}", `f:3:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH`},
	{"a password of digits", "S  login: {password: 123456}", `f:3:21: spec.login.password: a secret must be a reference in a text: write env:NAME or file:PATH`},
	{"a password as fields", "S  login: {password: {value: hunter2}}", `f:3:21: spec.login.password: a secret must be a reference in a text: write env:NAME or file:PATH`},
	{"the placeholder", "S  login: {password: \"[redacted]\"}", `f:3:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH`},
	{"a plain password", "S  login: {password: \"plain:hunter2\"}", `f:3:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH`},
	{"user data", "S  userData: |\n    #!/bin/sh\n    echo secret", `f:3:13: spec.userData: a secret must not be in the file: write env:NAME or file:PATH`},
	{"no such variable", "S  login: {password: env:NO_SUCH_VARIABLE}", `f:3:21: spec.login.password: env:NO_SUCH_VARIABLE: the environment variable is not set`},
	{"an empty variable", "S  login: {password: env:EMPTY}", `f:3:21: spec.login.password: env:EMPTY: it is empty`},
	{"no name of a variable", "S  login: {password: \"env:A B\"}", `f:3:21: spec.login.password: env: needs the name of an environment variable: letters, digits and "_"`},
	{"no path", "S  userData: 'file:'", `f:3:13: spec.userData: file: needs a path`},
	{"no such file", "S  userData: file:no/such/file", `f:3:13: spec.userData: file:no/such/file: open no/such/file: no such file or directory`},
	{"a directory", "S  userData: file:testdata", `f:3:13: spec.userData: file:testdata: it is a directory`},
	{"a raw parameter", "S  vendor: {aliyun: {params: {Arn.1.Rolearn: hunter2}}}", `f:3:45: spec.vendor.aliyun.params["Arn.1.Rolearn"]: a secret must not be in the file: write env:NAME or file:PATH, or plain:VALUE for what is no secret`},
	{"a plain parameter with the name of a secret", "S  vendor: {aliyun: {params: {Password: \"plain:hunter2\"}}}", `f:3:40: spec.vendor.aliyun.params["Password"]: the name is that of a secret, which must not be in the file: write env:NAME or file:PATH`},
	{"an unknown cloud", "S  vendor: {alyun: {}, ec2: {}}", `f:3:12: spec.vendor.alyun: unknown cloud; did you mean aliyun?
f:3:23: spec.vendor.ec2: unknown cloud: this program knows aliyun, ens, qingcloud, tencent`},
	{"an unknown option", "S  vendor: {tencent: {metadate: {}}}", `f:3:22: spec.vendor.tencent.metadate: unknown field; did you mean metadata?`},
	{"the wrong type of an option", "S  vendor: {qingcloud: {instanceClass: \"1\", needNewSid: no}}", `f:3:39: spec.vendor.qingcloud.instanceClass: "1" is a text; write the number without quotes
f:3:56: spec.vendor.qingcloud.needNewSid: "no" is not true or false`},
	{"an unknown cloud at the top", "version: 1\ncloud: tencnet\nspec: {}", `f:2:8: cloud: "tencnet": unknown cloud; did you mean tencent?`},
	{"no version", "spec: {}", `f:1:1: version: is missing: begin the file with version: 1`},
	{"another version", "version: 2\nspek: {}", `f:1:10: version: 2 is not known: this program reads version 1`},
	{"the version as a text", "version: \"1\"\nspec: {}", `f:1:10: version: "1" is a text; write the number without quotes`},
	{"a version of another name", "versin: 1\nspec: {}", `f:1:1: versin: unknown field; did you mean version?`},
	{"a spec of another name", "version: 1\nsepc: {count: 2}", `f:2:1: sepc: unknown field; did you mean spec?`},
	{"no spec", "version: 1", `f:1:1: spec: is missing: the fields of the spec are below it`},
	{"a list at the top", "- version: 1", `f:1:1: want fields, with version: 1 first, not a list`},
	{"a text at the top", "hello", `f:1:1: want fields, with version: 1 first, not a text`},
	{"an empty file", "", `f:1:1: the file is empty`},
	{"only a comment", "# nothing\n", `f:1:1: the file is empty`},
	{"only a marker", "---\n", `f:2:1: want fields, with version: 1 first, not null`},
	{"two documents", "version: 1\nspec: {}\n---\nversion: 1\n", `f:3:1: a second document begins here: a file holds one`},
	{"a broken second document", "version: 1\nspec: {}\n---\n[\n", `f:5:1: not YAML: did not find expected node content, while parsing a flow node that begins in line 5`},
	{"no blank after the colon", "S  login: {password:hunter2}", `f:3:11: spec.login: unknown field: a name has letters and digits only, and a value needs a blank after the colon`},
	{"no blank in a raw parameter", "S  vendor: {aliyun: {params: {Arn:hunter2}}}", `f:3:30: spec.vendor.aliyun.params: a key has no value; a value needs a blank after the colon`},
	{"no blank after the name of a cloud", "S  vendor: {aliyun:hunter2}", `f:3:12: spec.vendor: unknown cloud: this program knows aliyun, ens, qingcloud, tencent`},
	{"a directive", "%YAML 1.2\n---\nversion: 1\nspec: {}\n", `f:1:1: not YAML: this line of %YAML is not known: remove it`},
	{"a tab", "version: 1\nspec:\n\tcount: 1", `f:3:1: not YAML: a tab cannot indent: use blanks`},
	{"a byte order mark", "\xef\xbb\xbfversion: 1", `f:1:1: the file begins with a byte order mark: save it as UTF-8 without one`},
	{"UTF-16", "\xff\xfev\x00", `f:1:1: the file is in UTF-16: save it as UTF-8`},
	{"a NUL", "version: 1\nspec:\n  name: a\x00b", `f:3:10: a NUL character is not allowed`},
	{"a control character", "version: 1\nspec:\n  name: a\ab", `f:3:10: a control character is not allowed`},
	{"no UTF-8", "version: 1\nspec:\n  name: é\xff", `f:3:10: the file is not in UTF-8`},
	{"a bare carriage return", "version: 1\rspec: {}", `f:1:11: a carriage return without a line feed is not allowed`},
	{"a tag", "S  name: !!str 5", `f:3:9: a tag is not allowed: remove what begins with "!", or write the text in quotes`},
	{"a tag of one's own", "S  name: !secret 5", `f:3:9: a tag is not allowed: remove what begins with "!", or write the text in quotes`},
	{"a merge key", "S  systemDisk: &d {type: a}\n  dataDisks: [{<<: *d}]", `f:4:16: a merge key (<<) is not allowed: write the fields out, or use an alias as a value`},
	{"an unknown anchor", "S  login: {password: *hunter2}", `f:3:21: not YAML: an alias without its anchor; a text that begins with "*" needs quotes`},
	{"an alias of itself", "S  dataDisks: &a [*a]", `f:3:18: an alias stands for something that it is a part of`},
	{"a key that is a list", "S  ? [a]\n  : b", `f:3:5: a key must be a text`},
	{"a colon in a text", "S  description: web: blue", `f:3:19: not YAML: a second ": " in one line; a text that holds ": " needs quotes`},
	{"a text with @", "S  description: @web", `f:3:16: not YAML: a text that begins with this character needs quotes`},
	{"an open bracket", "S  dataDisks: [\n", `f:5:1: not YAML: did not find expected node content, while parsing a flow node that begins in line 5`},
	{"an open quote", "S  name: 'web\n", `f:5:1: not YAML: found unexpected end of stream, while scanning a quoted scalar that begins in line 3`},
	{"wrong indentation", "version: 1\nspec:\n  count: 1\n zone: a", `f:4:2: not YAML: did not find expected key, while parsing a block mapping that begins in line 1`},
	{"JSON that ends too early", "{\"version\": 1,\n \"spec\": {\"count\": 1", `f:2:21: not JSON: the file ends too early`},
	{"JSON with a comma too many", "{\"version\": 1,\n \"spec\": {\"count\": 1,}}", `f:2:21: not JSON: invalid character at start of value`},
	{"JSON with a comment", "{\"version\": 1, // one\n \"spec\": {}}", `f:1:16: not JSON: invalid character at start of value`},
	{"JSON with a word", "{\"version\": 1,\n \"spec\": {\"login\": {\"password\": hunter2}}}", `f:2:33: not JSON: invalid character at start of value`},
	{"JSON with something after it", "{\"version\": 1, \"spec\": {}}\n{}", `f:2:1: there is something after the end of the JSON value`},
	{"JSON with all kinds of problems", "{\"version\": 1,\n \"spec\": {\"count\": 2.5, \"zonne\": \"a\",\n  \"name\": 5, \"name\": \"é\", \"dryRun\": \"yes\",\n  \"login\": {\"password\": \"hunter2\"}, \"zone\": null}}", `f:2:20: spec.count: "2.5" is not a whole number
f:2:25: spec.zonne: unknown field; did you mean zone?
f:3:11: spec.name: 5 without quotes is no text: write "5"
f:3:14: spec.name: is there twice: the first is in line 3
f:3:37: spec.dryRun: "yes" is not true or false
f:4:25: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH
f:4:45: spec.zone: has no value: leave it out, or give it one`},
	{"many problems", "version: 1\nspec:\n  tags: {a: 1}\n  count: many\n  login: {password: a}\nrun:\n  owner: [a]\n  onFailure: kep\n  alternatives: [{zone: 1}, b]\n", `f:3:13: spec.tags["a"]: 1 without quotes is no text: write "1"
f:4:10: spec.count: "many" is not a whole number
f:5:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH
f:7:10: run.owner: want a text, not a list
f:8:14: run.onFailure: "kep" is not one of keep, terminate; did you mean keep?
f:9:25: run.alternatives[0].zone: 1 without quotes is no text: write "1"
f:9:29: run.alternatives[1]: want fields, not a text`},
	{"not a nested anchor bomb", "S  dataDisks:\n    - &a {tags: 1}\n    - *a", `f:4:11: spec.dataDisks[0].tags: unknown field; did you mean spec.tags?
f:4:11: spec.dataDisks[1].tags: unknown field; did you mean spec.tags?`},
}

// below returns the input of a test.
func below(in string) string {
	if rest, short := strings.CutPrefix(in, "S"); short {
		return "version: 1\nspec:\n" + rest + "\n"
	}
	return in
}

func TestBadInputs(t *testing.T) {
	t.Setenv("EMPTY", "")
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			f, err := specfile.Parse([]byte(below(c.in)), "f", &specfile.Options{Vendors: vendors()})
			if err == nil {
				t.Fatalf("got no error, want\n%s", c.want)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if f != nil {
				t.Error("a file beside the error: want none")
			}
			if !errors.Is(err, provider.ErrInvalid) {
				t.Error("the error does not match ErrInvalid")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error shows a secret")
			}
		})
	}
}

// The fields of a problem are for programs, such as the linter of an editor.
func TestProblemsHavePlaces(t *testing.T) {
	_, err := specfile.Parse([]byte("version: 1\nspec:\n  count: 2.5\n  zonne: a\n"), "fleet.yaml", nil)
	var list specfile.Errors
	if !errors.As(err, &list) || len(list) != 2 {
		t.Fatalf("got %v, want two problems", err)
	}
	want := specfile.Error{File: "fleet.yaml", Line: 3, Column: 10, Path: "spec.count", Reason: `"2.5" is not a whole number`}
	if *list[0] != want {
		t.Errorf("got %+v, want %+v", *list[0], want)
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	in := "version: 1\nspec:\n" + strings.Repeat("  x: 1\n  y: 1\n", 100)
	_, err := specfile.Parse([]byte(in), "f", nil)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 51 {
		t.Errorf("got %d lines, want 51", len(lines))
	}
	if got, want := lines[50], "f:53:3: and 150 more problems from here on"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a file may hold is bounded, so that a file of somebody else takes no machine down.
func TestLimits(t *testing.T) {
	laughs := "S  dataDisks:\n    - &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for c := 'b'; c < 'k'; c++ {
		last := string(c - 1)
		laughs += "    - &" + string(c) + " [" + strings.Repeat("*"+last+", ", 9) + "*" + last + "]\n"
	}
	deep := strings.Repeat("[", 60) + strings.Repeat("]", 60)
	const tooLarge = "f:1:1: the file has too many values, or they are nested too deep"
	for name, c := range map[string]struct{ in, want string }{
		"aliases of aliases": {laughs, tooLarge},
		"nested YAML":        {"S  dataDisks: " + deep, tooLarge},
		"nested JSON":        {"{\"version\":1,\"spec\":{\"dataDisks\":" + deep + "}}", "f:1:74: the file has too many values, or they are nested too deep"},
		"many values":        {"S  login: {keyPairs: [" + strings.Repeat("a, ", 400_000) + "]}", tooLarge},
		"large":              {strings.Repeat("# comment\n", 1<<20), "f:1:1: the file is larger than 8 MiB"},
	} {
		_, err := specfile.Parse([]byte(below(c.in)), "f", nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %.200v, want %s", name, err, c.want)
		}
	}
}

// Options that cannot work are an error of the program, not of the file.
func TestBadOptions(t *testing.T) {
	for want, o := range map[string]*specfile.Options{
		"invalid request: Options.Vendors[0] is nil": {Vendors: []provider.VendorOption{nil}},
		"invalid request: Options.Vendors has two types for fake: specfile_test.fakeOptions and *specfile_test.fakeOptions": {
			Vendors: []provider.VendorOption{fakeOptions{}, &fakeOptions{}},
		},
		`invalid request: Options.Resolvers: "env" is not a free name of lower case letters and digits`: {
			Resolvers: map[string]specfile.Resolver{"env": nil},
		},
		`invalid request: Options.Resolvers: "My-Vault" is not a free name of lower case letters and digits`: {
			Resolvers: map[string]specfile.Resolver{"My-Vault": nil},
		},
	} {
		if _, err := specfile.Parse([]byte("version: 1\nspec: {}\n"), "f", o); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
