//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

const module = "github.com/yunfan-cloud/yunfan"

// program is a main that does something with a package, so that the linker cannot
// leave out what any program needs.
func program(name string) string {
	if name == "net/http" {
		return `package main

import ("fmt"; "net/http")

func main() { resp, err := http.Get("https://example.com"); fmt.Println(resp, err) }
`
	}
	return fmt.Sprintf(`package main

import ("context"; "fmt"; "%[1]s/%[2]s"; "%[1]s/provider")

func main() {
	client, err := %[2]s.New(%[2]s.Config{Region: "region-1"})
	if err != nil { fmt.Println(err); return }
	op, err := client.RunInstances(context.Background(), provider.RunInstancesSpec{Count: 1}, nil)
	if err != nil { fmt.Println(err); return }
	fmt.Println(op.Wait(context.Background(), nil))
}
`, module, name)
}

// weigh builds a program from nothing and measures it.
func weigh(name string) (w weight, err error) {
	dir, err := os.MkdirTemp("", "weight")
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	source, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "binary")
	if err := os.WriteFile(source, []byte(program(name)), 0o600); err != nil {
		return w, err
	}
	state, _, err := goTool(dir, "build", "-o", binary, source)
	if err != nil {
		return w, err
	}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok { // of the whole tree of processes
		w.peak = int64(usage.Maxrss)
		if runtime.GOOS == "linux" {
			w.peak *= 1024
		}
	}
	w.cpu = (state.UserTime() + state.SystemTime()).Seconds()
	info, err := os.Stat(binary)
	if err != nil {
		return w, err
	}
	w.binary = info.Size()
	_, list, err := goTool(dir, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", source)
	w.packages = slices.DeleteFunc(strings.Fields(list), func(p string) bool { return p == "command-line-arguments" })
	return w, err
}

// goTool runs the go command at the root of the module, with a cache of its own.
func goTool(dir string, args ...string) (*os.ProcessState, string, error) {
	root, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return nil, "", fmt.Errorf("run it inside the module: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Dir = strings.TrimSpace(string(root))
	cmd.Env = append(os.Environ(), "GOCACHE="+filepath.Join(dir, "cache"), "GOFLAGS=")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, "", fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.String())
	}
	return cmd.ProcessState, stdout.String(), nil
}
