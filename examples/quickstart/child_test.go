package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable makes this test binary the program itself: the tests of signals and exit codes need a
// process of their own.
const childVariable = "QUICKSTART_IS_CHILD"

// child returns the program as a process.
func child(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	return cmd
}

// exitOf returns the exit code of a process that has ended.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e == nil {
		return 0
	}
	return e.ExitCode()
}

func TestExitCodes(t *testing.T) {
	if testing.Short() {
		t.Log("left out with -short: it starts processes")
		return
	}
	for _, c := range []struct {
		arg    string
		code   int
		stderr int // lines
	}{
		{"-h", 0, 0},
		{"-live=tencnt", 2, 2},
		{"-no-such-flag", 2, 2},
	} {
		var stdout, stderr bytes.Buffer
		cmd := child(t, c.arg)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if got := exitOf(t, cmd.Run()); got != c.code {
			t.Errorf("%s exits with %d, want %d", c.arg, got, c.code)
		}
		if got := strings.Count(stderr.String(), "\n"); got != c.stderr {
			t.Errorf("%s has %d lines of errors, want %d:\n%s", c.arg, got, c.stderr, stderr.String())
		}
		if c.code != 0 && stdout.Len() > 0 {
			t.Errorf("%s prints %q, want nothing", c.arg, stdout.String())
		}
	}
}

// The second Ctrl-C ends the process at once, and says what is left.
func TestASecondInterruptLeavesAtOnce(t *testing.T) {
	if testing.Short() {
		t.Log("left out with -short: it starts a process and waits for it")
		return
	}
	t.Parallel()
	var stderr bytes.Buffer
	cmd := child(t)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	readUntil(t, lines, "qingcloud  0 of 3 running")
	interrupt(t, cmd)
	readUntil(t, lines, "qingcloud: i-")
	second := time.Now()
	interrupt(t, cmd)
	for lines.Scan() { // until the process ends
	}
	if got := exitOf(t, cmd.Wait()); got != exitInterrupted {
		t.Errorf("exit code is %d, want %d", got, exitInterrupted)
	}
	if took := time.Since(second); took > time.Second {
		t.Errorf("the process ended %v after the second interrupt, want at once", took)
	}
	for _, want := range []string{"Left at once", "qingcloud: i-", "qingcloud iaas describe-instances -z pek3a -i i-"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("the end does not say %q:\n%s", want, stderr.String())
		}
	}
}

// readUntil reads output until a line has a text.
func readUntil(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	var before []string
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
		before = append(before, lines.Text())
	}
	t.Fatalf("the output ended without %q:\n%s", text, strings.Join(before, "\n"))
}

func interrupt(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}
