package house_test

import (
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The same holds for the tests of every package.
func TestEveryPackageLooksForLeaks(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{.TestImports}}{{.XTestImports}}", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(line, " ")
		if strings.Contains(imports, "testing") && !strings.Contains(imports, "go.uber.org/goleak") {
			t.Errorf("the tests of %s do not look for goroutines that stay behind: give it a TestMain with goleak", path)
		}
	}
}
