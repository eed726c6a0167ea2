//go:build unix

package filestore_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// What a process had that was killed can be claimed at once.
func TestADeadProcessHasNothing(t *testing.T) {
	if testing.Short() {
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), deadVariable+"="+dir)
	if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process ends with %v, want that it is killed: %s", err, out)
	}
	s, err := filestore.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "alive", time.Hour)
	if err != nil {
		t.Fatalf("got %v, want the claim", err)
	}
	if c.Fence != 2 {
		t.Errorf("fence: got %d, want 2", c.Fence)
	}
	if _, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "another", time.Hour); !errors.Is(err, store.ErrHeld) {
		t.Errorf("another claim: got %v, want ErrHeld", err)
	}
}
