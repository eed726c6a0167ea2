package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrintsAndWritesWhereTheCloudsListen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sim.env")
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-env", file}, w, io.Discard) }()

	got := map[string]string{}
	for in := bufio.NewScanner(r); len(got) < 6 && in.Scan(); {
		name, value, ok := strings.Cut(in.Text(), "=")
		if !ok {
			t.Fatalf("%q is not NAME=value", in.Text())
		}
		got[name] = value
	}
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"CLOUDSIM_ECS_URL", "CLOUDSIM_ENS_URL", "CLOUDSIM_CVM_URL", "CLOUDSIM_QINGCLOUD_URL",
		"CLOUDSIM_ACCESS_KEY_ID", "CLOUDSIM_ACCESS_KEY_SECRET",
	} {
		if got[name] == "" || !strings.Contains(string(saved), name+"="+got[name]+"\n") {
			t.Errorf("%s is %q on standard output; the file holds:\n%s", name, got[name], saved)
		}
		if strings.HasSuffix(name, "_URL") {
			wantService(t, got[name])
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("an interrupt is the normal end, got %v", err)
	}
}

// wantService checks that something answers: an unsigned request is refused.
func wantService(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("nothing listens at %s: %v", url, err)
		return
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); len(body) == 0 {
		t.Errorf("%s answers with nothing", url)
	}
}

func TestRefusesWrongFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-boot", "-1s"}, {"-boot", "soon"}, {"-addr", "nowhere"}, {"extra"}, {"-env", "/no/such/folder/sim.env"},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q: want an error", args)
		}
	}
	if err := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: want the help, got %v", err)
	}
}
