// Command docgen writes FIELDS.md and ERRORS.md from the adapters' own tables
// and from the parameters of the vendors' documents.
//
//	go run ./internal/docgen          # writes the files
//	go run ./internal/docgen -check   # fails when they are stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

// run writes or checks every generated file.
func run(root string, check bool) error {
	clients, err := clients()
	if err != nil {
		return err
	}
	more, err := parameters(clients)
	if err != nil {
		return err
	}
	calls, err := reference()
	if err != nil {
		return err
	}
	codes, err := errorsPage(clients)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"FIELDS.md": fields(clients) + templates(clients) + more + calls, "ERRORS.md": codes} {
		path := filepath.Join(root, name)
		if !check {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, []byte(text)) {
			return fmt.Errorf("%s is stale: run go run ./internal/docgen", name)
		}
	}
	return nil
}

// clients builds one client of each adapter. Nothing is sent.
func clients() ([]*provider.Client, error) {
	keys := provider.StaticCredentials("documentation", "documentation", "")
	var out []*provider.Client
	for _, build := range []func() (*provider.Client, error){
		func() (*provider.Client, error) {
			return aliyun.New(aliyun.Config{Region: "cn-hangzhou", Credentials: keys})
		},
		func() (*provider.Client, error) {
			return ens.New(ens.Config{Region: "cn-hangzhou-44", Credentials: keys})
		},
		func() (*provider.Client, error) {
			return tencent.New(tencent.Config{Region: "ap-guangzhou", Credentials: keys})
		},
		func() (*provider.Client, error) {
			return qingcloud.New(qingcloud.Config{Region: "pek3a", Credentials: keys})
		},
	} {
		c, err := build()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
