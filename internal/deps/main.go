// Command deps looks at what the library is built from.
//
//	go run ./internal/deps           # write LICENCES.md
//	go run ./internal/deps -check    # report when it is not up to date, or a licence is not allowed
//	govulncheck -format json ./... | go run ./internal/deps -vulns
//
// With -vulns it reads the findings of govulncheck. A known weakness of a dependency that the
// code reaches is a failure. One of the standard library is only reported: a newer toolchain
// mends it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
)

const page = "LICENCES.md"

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "deps:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("deps", flag.ContinueOnError)
	check := flags.Bool("check", false, "compare "+page+" instead of writing it")
	vulns := flags.Bool("vulns", false, "read the findings of govulncheck from standard input")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *vulns {
		return readFindings(stdin, stdout)
	}
	modules, err := linked()
	if err != nil {
		return err
	}
	text, err := listing(modules)
	if err != nil {
		return err
	}
	if !*check {
		return os.WriteFile(page, []byte(text), 0o644) //nolint:gosec // a document
	}
	if old, err := os.ReadFile(page); err != nil || string(old) != text {
		return fmt.Errorf("%s is not up to date: run go run ./internal/deps", page)
	}
	return nil
}

// linked returns the modules that programs link when they import the library's packages.
// Modules of tests and tools are not among them.
func linked() ([]module, error) {
	packages := []string{"./provider", "./provider/...", "./aliyun", "./ens", "./tencent", "./qingcloud"}
	const format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}`
	cmd := exec.Command("go", append([]string{"list", "-deps", "-f", format}, packages...)...) //nolint:gosec,noctx // fixed words
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return parseModules(string(out)), nil
}
