package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// Over loopback the test takes real time. With -short it runs in memory and in fake time.
func TestTwelveInstancesOnFourClouds(t *testing.T) {
	set, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		set.inMemory = true
		synctest.Test(t, func(t *testing.T) { runsTwelve(t, set) })
		return
	}
	runsTwelve(t, set)
}

func runsTwelve(t *testing.T, set settings) {
	t.Helper()
	var out bytes.Buffer
	if err := set.run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if got, want := lines[len(lines)-1], "12 instances ran on 4 clouds; 12 terminated; 0 left"; got != want {
		t.Errorf("last line is %q, want %q", got, want)
	}
	for _, name := range cloudNames() {
		inTable := 0
		for _, l := range lines {
			// Rows of the final table begin with the cloud; progress lines with the time.
			if strings.HasPrefix(l, name+" ") && len(strings.Fields(l)) == 5 {
				inTable++
			}
		}
		if inTable != 3 {
			t.Errorf("the table has %d complete rows for %s, want 3:\n%s", inTable, name, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("terminal sequences in output that is not a terminal")
	}
}

func TestLiveWithoutKeysListsTheVariables(t *testing.T) {
	for _, c := range clouds() {
		for _, name := range c.env {
			t.Setenv(name, "")
		}
		err := run(t.Context(), []string{"-live", c.name}, io.Discard, io.Discard)
		if err == nil {
			t.Fatalf("%s: started without keys", c.name)
		}
		for _, want := range append(c.env, "-region", "-image", "-type") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not name %s: %v", c.name, want, err)
			}
		}
	}
}

func TestRefusesWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-live", "mars"}, {"-count", "0"}, {"extra"}, {"-region", "cn-hangzhou"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q: want an error", args)
		}
	}
}

func TestHelpExplains(t *testing.T) {
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, io.Discard, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("-h: %v", err)
	}
	for _, want := range []string{"-live", "-count", "TENCENTCLOUD_SECRET_ID", "simulated"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("the help does not mention %s", want)
		}
	}
}

func TestTerminalTableIsRedrawnInPlace(t *testing.T) {
	var out bytes.Buffer
	d := &display{out: &out, terminal: true}
	d.set(row{cloud: "a", id: "i-1", state: "pending"})
	d.set(row{cloud: "b", id: "i-2", state: "pending"})
	d.set(row{cloud: "a", id: "i-1", state: "running", ip: "10.0.0.1"})
	d.done()
	if n := strings.Count(out.String(), "\x1b[2A\x1b[J"); n != 2 {
		t.Errorf("two rows were erased %d times, want 2 (one redraw, one at the end): %q", n, out.String())
	}
	if len(d.rows) != 2 {
		t.Errorf("%d rows, want one per instance", len(d.rows))
	}
}

func TestAFileIsNotATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if newDisplay(f).terminal {
		t.Error("a file is taken for a terminal")
	}
}
