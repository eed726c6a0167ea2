package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Exit codes. Scripts may rely on them.
const (
	exitDone        = 0   // everything is as asked for
	exitFailed      = 1   // nothing that was asked for exists
	exitUsage       = 2   // flags, files or the spec are wrong; nothing was sent
	exitPartly      = 3   // a part of it exists; "provision status" shows which
	exitUnknown     = 4   // instances may exist whose IDs are not known
	exitBusy        = 5   // another provision works on the state directory
	exitInterrupted = 130 // by Ctrl-C or a signal; "provision resume" continues
)

const exitHelp = `Exit codes:
  0    everything is as asked for
  1    failed: nothing that was asked for exists
  2    flags, files or the spec are wrong; nothing was sent
  3    a part of it exists
  4    instances may exist whose IDs are not known
  5    another provision works on the state directory
  130  interrupted; "provision resume" continues`

// failure is an error as people and scripts get it: what happened, the exit code, and what to do next.
type failure struct {
	code int
	err  error
	next string

	shown bool // a result on the screen has the details already
}

// Error returns what happened.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.err }

// usageFailure is a mistake in how the command was called.
func usageFailure(what, next string) error {
	return &failure{code: exitUsage, err: errors.New(what), next: next}
}

// asFailure returns an error as a failure. The library's own errors say what to do themselves.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var file specfile.Errors
	switch {
	case errors.As(err, &file):
		return &failure{code: exitUsage, err: err, next: fixFile(len(file))}
	case errors.Is(err, context.Canceled):
		return &failure{code: exitInterrupted, err: err, next: "continue with: provision resume"}
	case strings.HasPrefix(err.Error(), "unknown command"):
		return &failure{code: exitUsage, err: err, next: "see provision --help"}
	case errors.Is(err, provider.ErrInvalid):
		return &failure{code: exitUsage, err: err}
	default:
		return &failure{code: exitFailed, err: err}
	}
}

func fixFile(problems int) string {
	if problems == 1 {
		return "mend the file at this place; nothing was sent"
	}
	return fmt.Sprintf("mend the file at these %d places; nothing was sent", problems)
}

// report writes a failure to the terminal, or as JSON.
func (a *app) report(f *failure) {
	if f.shown {
		return
	}
	if a.output == "json" {
		a.writeJSON(failureDocument(f))
		return
	}
	for _, line := range strings.Split(f.Error(), "\n") {
		fmt.Fprintln(a.err, "provision: "+line)
	}
	if f.next != "" {
		fmt.Fprintln(a.err, "  next: "+f.next)
	}
}
