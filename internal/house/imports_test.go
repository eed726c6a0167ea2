package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
)

const (
	module    = "github.com/yunfan-cloud/yunfan"
	allClouds = module + "/internal/clouds"
	factory   = module + "/provider/clouds"
)

// pkg is what go list tells about a package.
type pkg struct {
	Name       string
	ImportPath string
	Deps       []string // of its own code, tests left out
	Imports    []string
	Standard   bool
}

// lists are the answers of go list, which takes a second, by its arguments.
var lists = map[string][]pkg{}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	key := strings.Join(args, " ")
	if pkgs, ok := lists[key]; ok {
		return pkgs
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=Name,ImportPath,Deps,Imports,Standard"}, args...)...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			lists[key] = pkgs
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// rule says what must not be in the dependencies of a package, and why. Each is a
// promise of DESIGN.md.
type rule struct{ in, dep, why string }

// rules are those of the packages that every adapter stands on, and those of each
// adapter.
func rules() []rule {
	list := []rule{
		{"/provider", "go.opentelemetry.io/otel/sdk", "a library uses the API; the program chooses the SDK"},
		{"/provider", "go.yaml.in", "files are read by provider/specfile; a program without files links no YAML"},
		{"/provider", "github.com/go-json-experiment", "files are read by provider/specfile"},
		{"/provider", module + "/provider/launchtemplate", "subjects other than instances stand on provider"},
		{"/provider", module + "/provider/placement", "subjects other than instances stand on provider"},
		{"/provider", module + "/provider/fleet", "a fleet stands on the exported API alone"},
		{"/provider/catalog", module + "/provider/fleet", "a fleet is put together from what is below it"},
		{"/provider", module + "/provider/maintain", "subjects other than instances stand on provider"},
		{"/provider", module + "/provider/notice", "subjects other than instances stand on provider"},
		{"/provider", module + "/provider/catalog", "subjects other than instances stand on provider"},
		{"/provider", module + "/provider/credential", "sources are put together beside provider"},
		{"/provider/launchtemplate", module + "/provider/placement", "one subject does not need another"},
		{"/provider/placement", module + "/provider/launchtemplate", "one subject does not need another"},
		{"/provider/catalog", module + "/provider/launchtemplate", "one subject does not need another"},
		{"/provider/catalog", module + "/provider/placement", "one subject does not need another"},
		{"/internal/account", module + "/", "what makes the calls knows no cloud, no instance and no error of provider"},
		{"/internal/await", module + "/provider", "a wait knows IDs and phases: it knows no cloud and no instance"},
		{"/internal/codes", module + "/", "a row is whatever its user says"},
		{"/internal/ledger", module + "/", "the state machine is pure: it knows no cloud and no error of provider"},
		{"/internal/listing", module + "/provider", "how a list is read knows no cloud and no type of an instance"},
		{"/internal/creating", module + "/provider", "what follows a failed create knows no spec, no cloud and no instance"},
		{"/internal/journal", module + "/provider", "it decides when to save, and knows not what"},
		{"/internal/naming", module + "/provider", "it gives names by ID: it knows no instance"},
		{"/internal/ownership", module + "/provider", "it judges names, tags and ages: it knows no instance"},
		{"/internal/stock", module + "/provider", "it remembers what was needed: it knows no spec"},
		{"/internal/token", module + "/provider", "the written form knows no client"},
		{"/internal/marker", module + "/", "markers follow from IDs alone: it knows no operation"},
		{"/internal/pages", module + "/", "a list is a list, whatever is in it"},
		{"/internal/recent", module + "/", "it remembers IDs and keys: it knows no instance and no spec"},
		{"/internal/release", module + "/provider", "what a release does knows no cloud, no type of an instance and no error of provider"},
		{"/internal/telemetry", module + "/", "what is recorded of a call knows no cloud and no error of provider"},
		{"/internal/telemetry", "go.opentelemetry.io/otel/sdk", "a library uses the API; the program chooses the SDK"},
		{"/internal/wording", module + "/", "texts of errors are put together of errors alone"},
		{"/internal/specs", module + "/provider", "it looks into any struct, and knows no field by name"},
		{"/internal/sightings", module + "/", "what was seen is kept by ID: it knows no cloud and no instance"},
		{"/internal/oncehttp", module + "/provider", "the one way to send a request knows no cloud and no error of provider"},
		{"/internal/permit", module + "/", "what permits and what sends know nothing of each other"},
		{"/internal/lease", module + "/provider", "it renews whatever was claimed: it knows no store and no operation"},
		{"/internal/oplog", module + "/provider", "the log of an operation knows no store"},
		{"/provider/store", module + "/", "a store of other people needs nothing else of this module"},
		{"/provider", module + "/provider/filestore", "a program chooses its store"},
		{"/provider/filestore", module + "/internal", "a store is written as other people write theirs"},
		{"/provider", module + "/provider/sqlstore", "a program chooses its store"},
		{"/provider/sqlstore", module + "/internal", "a store is written as other people write theirs"},
		{"/internal/poll", module + "/provider", "the poller knows no cloud and no instance"},
		{"/internal/poll/boot", module + "/", "the statistics know no cloud and no poller"},
		{"/aliyun", "github.com/aliyun/alibaba-cloud-sdk-go/services", "1.6 GB of compiler memory, and passwords in URLs"},
		{"/ens", "github.com/aliyun/alibaba-cloud-sdk-go/services", "1.3 GB of compiler memory"},
	}
	for _, c := range clouds.All() {
		list = append(list,
			rule{"/provider", module + "/" + c.Name, "provider imports no adapter: drivers depend on it"},
			rule{"/provider", c.SDK, "no SDK in the neutral API"},
			rule{"/provider/driverkit", c.SDK, "the door of drivers of other clouds links no vendor"},
			rule{"/internal/adapter", c.SDK, "what all adapters share knows no vendor"},
			rule{"/internal/keysource", c.SDK, "what the sources of several clouds share knows no vendor"},
			rule{"/provider/specfile", module + "/" + c.Name, "the program names the options that its files may have"},
			rule{"/" + c.Name, "go.yaml.in", "files are read by provider/specfile; a program without files links no YAML"},
		)
		for _, other := range clouds.All() {
			if other.Name != c.Name {
				list = append(list, rule{"/" + c.Name, module + "/" + other.Name, "adapters never import each other"})
			}
			if other.SDK != c.SDK {
				list = append(list, rule{"/" + c.Name, other.SDK, "one adapter links one vendor"})
			}
		}
	}
	return list
}

// forbids reports whether a dependency is the one of the rule, or below it.
func (r rule) forbids(dep string) bool {
	return strings.HasPrefix(dep+"/", strings.TrimSuffix(r.dep, "/")+"/")
}

func TestImportRules(t *testing.T) {
	pkgs := list(t, "./...")
	for _, rule := range rules() {
		i := slices.IndexFunc(pkgs, func(p pkg) bool { return p.ImportPath == module+rule.in })
		if i < 0 {
			t.Errorf("package %s does not exist", rule.in)
			continue
		}
		for _, dep := range pkgs[i].Deps {
			if rule.forbids(dep) {
				t.Errorf("%s depends on %s: %s", rule.in, dep, rule.why)
			}
		}
	}
}

// A package that depends on the list of adapters links all of them. So only commands
// do: the tools of internal and the examples.
func TestNoLibraryUsesTheListOfAdapters(t *testing.T) {
	for _, p := range list(t, "./...") {
		suite := p.ImportPath == module+"/provider/storetest" // which runs on real adapters
		if slices.Contains(p.Deps, allClouds) && p.Name != "main" && !suite {
			t.Errorf("%s depends on %s, which is for tests, tools and examples", p.ImportPath, allClouds)
		}
	}
}

// Package provider/clouds is for programs that choose the cloud by name. No other package of the
// library imports it, so who imports one adapter never links another vendor by accident.
func TestOnlyProgramsLinkAllClouds(t *testing.T) {
	for _, p := range list(t, "./...") {
		if slices.Contains(p.Deps, factory) && p.Name != "main" {
			t.Errorf("%s depends on %s, which is for programs and tests", p.ImportPath, factory)
		}
	}
}

// simulator lists the packages of the simulator and what each may import of this
// module. Its vendors never import each other, except the two products behind
// Alibaba's gateway. No test is meant: tests use the vendors' SDKs as oracles.
var simulator = map[string][]string{
	"":                    {"/internal/core", "/internal/alibaba", "/internal/ecs", "/internal/ens", "/internal/cvm", "/internal/qingcloud"},
	"/control":            {"", "/internal/core"},
	"/internal/core":      {},
	"/internal/alibaba":   {"/internal/core"},
	"/internal/ecs":       {"/internal/core", "/internal/alibaba"},
	"/internal/ens":       {"/internal/core", "/internal/alibaba"},
	"/internal/cvm":       {"/internal/core"},
	"/internal/qingcloud": {"/internal/core"},
	"/internal/simtest":   {"/internal/core", "/internal/alibaba"},
}

// The simulator must not share anybody's mistakes: beyond the standard library it
// imports no SDK and no adapter, and no vendor of it another one's code.
func TestTheSimulatorStandsAlone(t *testing.T) {
	const at = module + "/provider/cloudsim"
	std := map[string]bool{}
	for _, p := range list(t, "-deps", "./provider/cloudsim/...") {
		std[p.ImportPath] = p.Standard
	}
	for _, p := range list(t, "./provider/cloudsim/...") {
		allowed, known := simulator[strings.TrimPrefix(p.ImportPath, at)]
		if !known {
			t.Errorf("%s is new: say in this file what it may import", p.ImportPath)
		}
		for _, dep := range p.Imports {
			if !std[dep] && !slices.Contains(allowed, strings.TrimPrefix(dep, at)) {
				t.Errorf("%s imports %s", p.ImportPath, dep)
			}
		}
	}
}

// The simulator and the suite are for tests, tools and examples. The suite itself is
// test code and runs against the simulator; the list of adapters names its clouds.
func TestNoLibraryUsesTheSimulator(t *testing.T) {
	for _, p := range list(t, "./...") {
		at := strings.TrimPrefix(p.ImportPath, module)
		forTests := at == "/provider/providertest" || at == "/provider/cloudsim/control" || p.ImportPath == allClouds
		tool := slices.Contains(p.Deps, allClouds)
		if forTests || tool || strings.HasPrefix(at, "/examples/") {
			continue
		}
		for _, dep := range []string{"/provider/cloudsim", "/provider/cloudsim/control", "/provider/cloudsim/internal/simtest", "/provider/providertest", "/internal/fakedriver"} {
			if at != dep && slices.Contains(p.Deps, module+dep) {
				t.Errorf("%s depends on %s", at, dep)
			}
		}
	}
}

// Files are a door for programs: what the library itself keeps are tokens.
func TestOnlyProgramsReadFiles(t *testing.T) {
	const specfile = module + "/provider/specfile"
	for _, p := range list(t, "./...") {
		reads := p.Name == "main" || p.ImportPath == factory
		if slices.Contains(p.Deps, specfile) && !reads {
			t.Errorf("%s depends on %s, which is for programs and tests", p.ImportPath, specfile)
		}
	}
}

// What provider learns of boot times it learns through the poller.
func TestOnlyThePollerUsesBootTimes(t *testing.T) {
	const boot = module + "/internal/poll/boot"
	for _, p := range list(t, "./...") {
		if p.ImportPath != module+"/internal/poll" && slices.Contains(p.Imports, boot) {
			t.Errorf("%s imports %s, which is for internal/poll only", p.ImportPath, boot)
		}
	}
}

// What these packages may use beyond the standard library.
func TestFewDependencies(t *testing.T) {
	ofProvider := []string{
		"golang.org/x/sync/", "golang.org/x/time/", "go.opentelemetry.io/otel", "github.com/cespare/xxhash/v2",
	}
	for _, room := range []string{
		"account",
		"await",
		"codes",
		"creating",
		"journal",
		"lease",
		"ledger",
		"listing",
		"marker",
		"keyform",
		"naming",
		"oplog",
		"ownership",
		"pages",
		"permit",
		"poll",
		"recent",
		"release",
		"sightings",
		"sorted",
		"specs",
		"stock",
		"telemetry",
		"token",
		"wording",
	} {
		ofProvider = append(ofProvider, module+"/internal/"+room)
	}
	ofProvider = append(ofProvider, module+"/provider/store")
	allowed := map[string][]string{
		"/provider":            ofProvider,
		"/provider/credential": append([]string{module + "/provider"}, ofProvider...),
		"/internal/keysource": append([]string{
			module + "/provider", module + "/provider/credential", module + "/internal/oncehttp", module + "/internal/nearest",
		}, ofProvider...),
		"/provider/launchtemplate": append([]string{module + "/provider"}, ofProvider...),
		"/provider/placement":      append([]string{module + "/provider"}, ofProvider...),
		"/provider/fleet":          append([]string{module + "/provider", module + "/provider/catalog"}, ofProvider...),
		"/provider/catalog":        append([]string{module + "/provider"}, ofProvider...),
		"/provider/specfile": append([]string{
			module + "/provider", module + "/provider/catalog", module + "/internal/nearest", "go.yaml.in/yaml/v4",
			"github.com/go-json-experiment/json",
		}, ofProvider...),
		"/provider/driverkit": append([]string{
			module + "/provider", module + "/internal/adapter", module + "/internal/oncehttp",
		}, ofProvider...),
		"/internal/account":   {"golang.org/x/time/"},
		"/internal/await":     {module + "/internal/poll", module + "/internal/sorted"},
		"/internal/ledger":    {},
		"/internal/listing":   {module + "/internal/pages"},
		"/internal/oncehttp":  {module + "/internal/permit"},
		"/internal/lease":     {module + "/internal/permit"},
		"/internal/nearest":   {},
		"/internal/regions":   {},
		"/internal/permit":    {},
		"/provider/store":     {},
		"/provider/filestore": {module + "/provider/store", "golang.org/x/sys/unix"},
		"/provider/sqlstore":  {module + "/provider/store", "database/sql"},
		"/internal/poll":      {module + "/internal/poll/boot"},
		"/internal/poll/boot": {},
		"/internal/release":   {module + "/internal/account", "golang.org/x/time/"},
		"/internal/creating": {
			module + "/internal/account", module + "/internal/journal", module + "/internal/ledger", module + "/internal/wording",
			"golang.org/x/sync/", "golang.org/x/time/",
		},
		"/internal/journal": {module + "/internal/account", "golang.org/x/time/"},
		"/internal/naming": {
			module + "/internal/account", module + "/internal/ledger", module + "/internal/wording", "golang.org/x/time/",
		},
		"/internal/ownership": {module + "/internal/account", module + "/internal/marker", "golang.org/x/time/"},
	}
	std := map[string]bool{}
	for _, p := range list(t, "-deps", "./provider/specfile", "./internal/oncehttp") {
		std[p.ImportPath] = p.Standard
	}
	rooms := []string{"./provider", "./internal/oncehttp", "./internal/poll/..."}
	for in := range allowed {
		rooms = append(rooms, "."+in)
	}
	for _, p := range list(t, rooms...) {
		at := strings.TrimPrefix(p.ImportPath, module)
		for _, dep := range p.Deps {
			ok := std[dep] || slices.ContainsFunc(allowed[at], func(a string) bool { return strings.HasPrefix(dep, a) })
			if !ok {
				t.Errorf("%s depends on %s, which DESIGN.md gives no reason for", at, dep)
			}
		}
	}
}
