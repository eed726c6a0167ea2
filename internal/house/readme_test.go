package house_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
)

// given are the names that README's pieces of code use without saying where they
// are from.
const given = `ctx context.Context, client *provider.Client, spec provider.RunInstancesSpec, op *provider.Operation, ids []string, ` +
	`token []byte, journal provider.Journal, liveOperations func(context.Context) ([]string, error), sim *cloudsim.Sim, operations store.Store, err error`

// pages are the texts for users that hold Go code.
func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(found, "../../README.md", "../../README.zh-CN.md")
}

// The Go code of README and of the pages under docs compiles: every block as the body of a
// function, or as a declaration where it is one.
func TestTheCodeOfThePagesCompiles(t *testing.T) {
	var code strings.Builder
	n := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
			n++
			fmt.Fprintf(&code, "// %s\n", filepath.Base(page))
			if name, is := strings.CutPrefix(block[1], "func "); is {
				fmt.Fprintf(&code, "func F%d%s", n, name)
				continue
			}
			fmt.Fprintf(&code, "func block%d(%s) error {\n{\n%s}\nreturn nil\n}\n", n, given, used(t, block[1]))
		}
	}
	if n < 30 {
		t.Errorf("the pages have %d blocks of Go, want 30 at least", n)
	}
	source := "package readme\n\nimport (\n" + imports(code.String()) + ")\n\nfunc use(...any) {}\n\n" + code.String()
	if out, err := compiled(t, source); err != nil {
		t.Errorf("the code does not compile: %v\n%s\nthe blocks are\n%s", err, out, source)
	}
}

// used makes statements of a block, in which every variable is used.
func used(t *testing.T, block string) string {
	t.Helper()
	if strings.HasPrefix(block, "Vendor:") { // a field of a spec
		return "use(provider.RunInstancesSpec{\n" + block + "})\n"
	}
	file, err := parser.ParseFile(token.NewFileSet(), "README.md", "package p\nfunc f() {\n"+block+"}\n", 0)
	if err != nil {
		t.Fatalf("%v in\n%s", err, block)
	}
	var names []string
	for _, s := range file.Decls[0].(*ast.FuncDecl).Body.List {
		if define, ok := s.(*ast.AssignStmt); ok && define.Tok == token.DEFINE {
			for _, v := range define.Lhs {
				if name := v.(*ast.Ident).Name; name != "_" {
					names = append(names, name)
				}
			}
		}
	}
	return block + "use(" + strings.Join(names, ", ") + ")\n"
}

// imports are those of the packages that code names.
func imports(code string) string {
	var b strings.Builder
	paths := []string{"context", "errors", "log", "log/slog", "math/rand/v2", "testing", "testing/synctest", "time", module + "/provider"}
	for _, beside := range []string{"catalog", "cloudsim", "clouds", "credential", "filestore", "fleet", "launchtemplate", "maintain", "notice", "placement", "specfile", "store"} {
		paths = append(paths, module+"/provider/"+beside)
	}
	for _, c := range clouds.All() {
		paths = append(paths, module+"/"+c.Name)
	}
	for _, path := range paths {
		name := filepath.Base(strings.TrimSuffix(path, "/v2"))
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	return b.String()
}

// compiled compiles a package as if it were in this module.
func compiled(t *testing.T, source string) (out []byte, err error) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	real, overlay := filepath.Join(t.TempDir(), "readme.go"), filepath.Join(t.TempDir(), "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "internal", "house", "readme", "readme.go"): real}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{real: []byte(source), overlay: text} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "./internal/house/readme")
	cmd.Dir = root
	return cmd.CombinedOutput()
}
