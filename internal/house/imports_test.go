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
)

const module = "github.com/yunfan-cloud/yunfan"

// pkg is what go list tells about a package.
type pkg struct {
	ImportPath string
	Deps       []string // of its own code, tests left out
	Imports    []string
	Standard   bool
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Deps,Imports,Standard"}, args...)...)
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
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// The SDKs by vendor.
const (
	alibabaSDK   = "github.com/aliyun/"
	tencentSDK   = "github.com/tencentcloud/"
	qingcloudSDK = "github.com/yunify/"
)

// forbidden says what must not be in the dependencies of a package, and why.
// Each line is a promise of DESIGN.md.
var forbidden = []struct{ in, dep, why string }{
	{"/provider", module + "/aliyun", "provider imports no adapter: drivers depend on it"},
	{"/provider", module + "/ens", "provider imports no adapter: drivers depend on it"},
	{"/provider", module + "/tencent", "provider imports no adapter: drivers depend on it"},
	{"/provider", module + "/qingcloud", "provider imports no adapter: drivers depend on it"},
	{"/provider", alibabaSDK, "no SDK in the neutral API"},
	{"/provider", tencentSDK, "no SDK in the neutral API"},
	{"/provider", qingcloudSDK, "no SDK in the neutral API"},
	{"/provider", "go.opentelemetry.io/otel/sdk", "a library uses the API; the program chooses the SDK"},
	{"/internal/ledger", module + "/", "the state machine is pure: it knows no cloud and no error of provider"},
	{"/internal/poll", module + "/", "the engine knows no cloud and no instance"},
	{"/internal/oncehttp", module + "/", "the one way to send a request knows no cloud and no error of provider"},
	{"/internal/adapter", alibabaSDK, "what all adapters share knows no vendor"},
	{"/internal/adapter", tencentSDK, "what all adapters share knows no vendor"},
	{"/internal/adapter", qingcloudSDK, "what all adapters share knows no vendor"},
	{"/aliyun", module + "/ens", "adapters never import each other"},
	{"/aliyun", module + "/tencent", "adapters never import each other"},
	{"/aliyun", module + "/qingcloud", "adapters never import each other"},
	{"/aliyun", tencentSDK, "one adapter links one vendor"},
	{"/aliyun", qingcloudSDK, "one adapter links one vendor"},
	{"/aliyun", alibabaSDK + "alibaba-cloud-sdk-go/services", "1.6 GB of compiler memory, and passwords in URLs"},
	{"/ens", module + "/aliyun", "adapters never import each other"},
	{"/ens", module + "/tencent", "adapters never import each other"},
	{"/ens", module + "/qingcloud", "adapters never import each other"},
	{"/ens", tencentSDK, "one adapter links one vendor"},
	{"/ens", qingcloudSDK, "one adapter links one vendor"},
	{"/ens", alibabaSDK + "alibaba-cloud-sdk-go/services", "1.3 GB of compiler memory"},
	{"/tencent", module + "/aliyun", "adapters never import each other"},
	{"/tencent", module + "/ens", "adapters never import each other"},
	{"/tencent", module + "/qingcloud", "adapters never import each other"},
	{"/tencent", alibabaSDK, "one adapter links one vendor"},
	{"/tencent", qingcloudSDK, "one adapter links one vendor"},
	{"/qingcloud", module + "/aliyun", "adapters never import each other"},
	{"/qingcloud", module + "/ens", "adapters never import each other"},
	{"/qingcloud", module + "/tencent", "adapters never import each other"},
	{"/qingcloud", alibabaSDK, "one adapter links one vendor"},
	{"/qingcloud", tencentSDK, "one adapter links one vendor"},
}

func TestImportRules(t *testing.T) {
	pkgs := list(t, "./...")
	for _, rule := range forbidden {
		i := slices.IndexFunc(pkgs, func(p pkg) bool { return p.ImportPath == module+rule.in })
		if i < 0 {
			t.Errorf("package %s does not exist", rule.in)
			continue
		}
		for _, dep := range pkgs[i].Deps {
			if strings.HasPrefix(dep+"/", rule.dep+"/") || strings.HasSuffix(rule.dep, "/") && strings.HasPrefix(dep, rule.dep) {
				t.Errorf("%s depends on %s: %s", rule.in, dep, rule.why)
			}
		}
	}
}

// simulator lists the packages of the simulator and what each may import of this
// module. Its vendors never import each other, except the two products behind
// Alibaba's gateway. No test is meant: tests use the vendors' SDKs as oracles.
var simulator = map[string][]string{
	"":                    {"/internal/core", "/internal/alibaba", "/internal/ecs", "/internal/ens", "/internal/cvm", "/internal/qingcloud"},
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

// The simulator and the suite are for tests and examples. The suite itself is
// test code and runs against the simulator.
func TestNothingButTestsAndExamplesUsesTheSimulator(t *testing.T) {
	for _, p := range list(t, "./...") {
		at := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasPrefix(at, "/examples/") || at == "/provider/providertest" {
			continue
		}
		for _, dep := range []string{"/provider/cloudsim", "/provider/cloudsim/internal/simtest", "/provider/providertest"} {
			if at != dep && slices.Contains(p.Deps, module+dep) {
				t.Errorf("%s depends on %s", at, dep)
			}
		}
	}
}

// What provider and the rooms below the adapters may use beyond the standard library.
func TestFewDependencies(t *testing.T) {
	allowed := map[string][]string{
		"/provider":          {module + "/internal/ledger", module + "/internal/poll", module + "/internal/sorted", "golang.org/x/sync/", "golang.org/x/time/", "go.opentelemetry.io/otel", "github.com/cespare/xxhash/v2"},
		"/internal/ledger":   {},
		"/internal/oncehttp": {},
		"/internal/poll":     {},
	}
	std := map[string]bool{}
	for _, p := range list(t, "-deps", "./provider", "./internal/oncehttp") {
		std[p.ImportPath] = p.Standard
	}
	for _, p := range list(t, "./provider", "./internal/ledger", "./internal/oncehttp", "./internal/poll") {
		at := strings.TrimPrefix(p.ImportPath, module)
		for _, dep := range p.Deps {
			ok := std[dep] || slices.ContainsFunc(allowed[at], func(a string) bool { return strings.HasPrefix(dep, a) })
			if !ok {
				t.Errorf("%s depends on %s, which DESIGN.md gives no reason for", at, dep)
			}
		}
	}
}
