package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// Metrics have a closed set of calls. A call that the library makes and the set lacks would be
// counted as "other".
func TestEveryCallIsInTheTableOfTelemetry(t *testing.T) {
	found := 0
	constant := regexp.MustCompile(`(?m)^\s+\w+\s+(?:provider\.)?API\s*=\s*"(\w+)"`)
	err := filepath.WalkDir("../../provider", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range constant.FindAllSubmatch(src, -1) {
			found++
			if call := string(m[1]); !slices.Contains(telemetry.Calls, call) {
				t.Errorf("%s names the call %s, which internal/telemetry does not list", path, call)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(telemetry.Calls) - 1; found != want {
		t.Errorf("found %d calls, want the %d of the table", found, want)
	}
}
