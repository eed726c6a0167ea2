package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
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
	t.Parallel()
	runsTwelve(t, set)
}

func runsTwelve(t *testing.T, set settings) {
	t.Helper()
	var out bytes.Buffer
	if err := set.run(t.Context(), nil, &out, io.Discard); err != nil {
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

// inMemory runs the program in fake time and returns its output.
func inMemory(t *testing.T, signals <-chan os.Signal, args ...string) (out string, took time.Duration, err error) {
	t.Helper()
	var b bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		set, wrong := parse(args, io.Discard)
		if wrong != nil {
			t.Fatal(wrong)
		}
		set.inMemory = true
		start := time.Now()
		err = set.run(t.Context(), signals, &b, io.Discard)
		took = time.Since(start)
	})
	return b.String(), took, err
}

func TestTheStoryIsCounted(t *testing.T) {
	out, took, err := inMemory(t, nil, "-n", "5", "-seed", "7")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"aliyun lost its answer to the create of 5 instances. The same client token",
		"ens lost its answer to the create of 5 instances. A search by the marker in the names found what it had made",
		"tencent refused the create of 5 instances for now (throttled)",
		"qingcloud failed to describe",
		"can pay for 10 instances too many",
		"the clouds made 20 instances for 20 wanted, 0 too many; 0 exist now",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("the story does not say %q:\n%s", want, out)
		}
	}
	if want := 10 * time.Second; took > want {
		t.Errorf("the run took %v, want at most the %v that it promises", took, want)
	}
}

func TestWithoutFaultsThereIsNothingToTell(t *testing.T) {
	out, _, err := inMemory(t, nil, "-faults=false")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"lost", "throttled", "failed"} {
		if strings.Contains(out, word) {
			t.Errorf("the output of a run without faults has the word %q:\n%s", word, out)
		}
	}
}

func TestASeedRepeatsTheIDs(t *testing.T) {
	first, _, err := inMemory(t, nil, "-seed", "11")
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := inMemory(t, nil, "-seed", "11")
	if err != nil {
		t.Fatal(err)
	}
	ids := func(out string) (list []string) {
		for word := range strings.FieldsSeq(out) {
			if strings.HasPrefix(word, "i-") || strings.HasPrefix(word, "ins-") {
				list = append(list, word)
			}
		}
		return list
	}
	missing := without(ids(first), ids(second))
	if len(ids(first)) != 12 {
		t.Errorf("%d IDs in the output, want 12", len(ids(first)))
	}
	if len(missing) > 0 {
		t.Errorf("with the same seed, %v are not there again", missing)
	}
}

// The first signal ends the wait. Everything that exists is released and named.
func TestAnInterruptReleases(t *testing.T) {
	for _, after := range []time.Duration{0, 100 * time.Millisecond, 2500 * time.Millisecond, 5 * time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signals := make(chan os.Signal, 1)
				time.AfterFunc(after, func() { signals <- syscall.SIGINT })
				set, err := parse([]string{"-seed", "3"}, io.Discard)
				if err != nil {
					t.Fatal(err)
				}
				set.inMemory = true
				var out bytes.Buffer
				err = set.run(t.Context(), signals, &out, io.Discard)
				if got := exitCode(err); got != exitInterrupted {
					t.Errorf("exit code is %d, want %d: %v", got, exitInterrupted, err)
				}
				if got, want := err.Error(), "interrupted"; got != want {
					t.Errorf("error is %q, want %q: everything was released", got, want)
				}
				for _, want := range []string{"Interrupted: what was created is released", "; 0 left", "0 exist now"} {
					if !strings.Contains(out.String(), want) {
						t.Errorf("the output does not say %q:\n%s", want, out.String())
					}
				}
			})
		})
	}
}

func TestLiveWithoutKeysListsTheVariables(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	for _, c := range allClouds() {
		for _, name := range c.env {
			unset(t, name)
		}
		args := []string{"-live", c.name, "-region", "r-1", "-image", "i", "-type", "t"}
		if c.sim == cloudsim.CVM {
			args = append(args, "-zone", "z")
		}
		set, err := parse(args, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		set.transport = unreachable{}
		err = set.run(t.Context(), nil, io.Discard, io.Discard)
		if err == nil {
			t.Fatalf("%s: started without keys", c.name)
		}
		for _, want := range c.env {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not name %s: %v", c.name, want, err)
			}
		}
		err = run(t.Context(), []string{"-live", c.name}, nil, io.Discard, io.Discard)
		for _, want := range []string{"-region", "-image", "-type"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not name %s: %v", c.name, want, err)
			}
		}
	}
}

// A profile that does not exist is the error. No other keys are looked for, and no region is needed.
func TestAProfileIsTheOnlySource(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, c := range allClouds() {
		for _, name := range c.env {
			t.Setenv(name, "taken-from-the-environment")
		}
		args := []string{"-live", c.name, "-profile", "no-such-profile", "-image", "i", "-type", "t"}
		set, err := parse(args, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		set.transport = unreachable{}
		err = set.run(t.Context(), nil, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "profile") {
			t.Errorf("%s: error is %v, want one about the profile", c.name, err)
		}
	}
}

// unset removes a variable from the environment until the test ends.
func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "")
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

// unreachable is a network without anything in it.
type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}
}

func TestRefusesWrongFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-live", "mars"}, "no such cloud"},
		{[]string{"-live", "alyun"}, "did you mean aliyun?"},
		{[]string{"-live", "aws"}, "-live aws: no such cloud; there are"},
		{[]string{"-live", "edge"}, "did you mean ens?"},
		{[]string{"-live", "quincloud"}, "did you mean qingcloud?"},
		{[]string{"-live", "ens", "-seed", "1"}, "-seed"},
		{[]string{"-count", "0"}, "at least 1"},
		{[]string{"-n", "100000000"}, "at most 1000"},
		{[]string{"-timeout", "0"}, "-timeout 0s: must be more than 0"},
		{[]string{"-timeout", "-1s"}, "-timeout -1s: must be more than 0"},
		{[]string{"-n", "three"}, "three"},
		{[]string{"-speed", "1"}, "-speed"},
		{[]string{"extra"}, "extra"},
		{[]string{"-region", "cn-hangzhou"}, "needs -live"},
	} {
		err := run(t.Context(), c.args, nil, io.Discard, io.Discard)
		if err == nil {
			t.Errorf("%q: want an error", c.args)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error is %q, want %q in it", c.args, err, c.want)
		}
		if got := exitCode(err); got != exitUsage {
			t.Errorf("%q: exit code is %d, want %d", c.args, got, exitUsage)
		}
	}
}

func TestHelpExplains(t *testing.T) {
	var help bytes.Buffer
	err := run(t.Context(), []string{"-h"}, nil, &help, io.Discard)
	if !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("-h: %v", err)
	}
	if got := exitCode(err); got != 0 {
		t.Errorf("-h exits with %d, want 0", got)
	}
	for _, want := range []string{"-live", "-count", "TENCENTCLOUD_SECRET_ID", "simulated"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("the help does not mention %s", want)
		}
	}
}

func TestAFileIsNotATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if newScreen(f).size != nil {
		t.Error("a file is taken for a terminal")
	}
}

// A create that is refused leaves nothing behind, and is reported.
func TestARefusedCreateIsTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, err := parse(nil, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		set.inMemory = true
		j, err := set.newJob()
		if err != nil {
			t.Fatal(err)
		}
		j.runs[1].spec.InstanceType = ""
		j.createAll(t.Context())
		j.board.releasing()
		j.releaseAll(context.WithoutCancel(t.Context()))
		if got, want := j.totals().String(), "9 instances ran on 3 clouds; 9 terminated; 0 left"; got != want {
			t.Errorf("last line is %q, want %q", got, want)
		}
		if err := j.err(nil); err == nil || !strings.Contains(err.Error(), "ens: ") {
			t.Errorf("error is %v, want one about ens", err)
		}
	})
}
