package alikeys

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const (
	// processTimeout bounds the command of a profile, within the bound of a renewal.
	processTimeout = 25 * time.Second

	// processLife is how long the keys of a command are used that do not say when they end. The
	// command line tool runs the command for every call.
	processLife = 10 * time.Minute

	// maxOutput bounds what a command may write.
	maxOutput = 1 << 20
)

// process returns the source of a profile whose keys come from a command.
func (b builder) process(p profile) (provider.CredentialsSource, error) {
	if keysource.IsTrue(envNoProcesses) {
		return nil, b.errorf(p, "its command is not run, because %s forbids it", envNoProcesses)
	}
	if err := b.need(p, "process_command", p.ProcessCommand); err != nil {
		return nil, err
	}
	args, err := splitCommand(p.ProcessCommand, runtime.GOOS == "windows")
	if err != nil {
		return nil, b.errorf(p, "process_command: %v", err)
	}
	return b.inside(p, credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		output, err := run(ctx, args)
		if err != nil {
			return provider.Credentials{}, time.Time{}, err
		}
		return readOutput(output)
	})), nil
}

// run runs a command without a shell, as the command line tool does, and returns what it writes. Its
// output and its errors may hold keys, so no error quotes them.
func run(ctx context.Context, args []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, processTimeout)
	defer cancel()
	output := &bounded{}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout = output
	cmd.WaitDelay = time.Second // a child that inherits the output must not hold the call up
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case output.over:
		return nil, errors.New("the process_command writes more than 1 MiB")
	case err == nil:
		return output.text, nil
	case ctx.Err() != nil:
		return nil, errors.New("the process_command did not end in time (" + processTimeout.String() + " at most)")
	case errors.As(err, &exit):
		return nil, errors.New("the process_command failed (" + exit.ProcessState.String() +
			"): run it by hand to see why")
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("the program of process_command is not in PATH")
	}
	return nil, errors.New("the process_command cannot be run: does its program exist, and may it be executed?")
}

// bounded keeps a limited output.
type bounded struct {
	text []byte
	over bool
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > maxOutput {
		b.over = true
		return 0, errors.New("too much output")
	}
	b.text = append(b.text, p...)
	return len(p), nil
}

// readOutput reads the output of a command, which is a profile of keys.
func readOutput(text []byte) (keys provider.Credentials, expires time.Time, err error) {
	var p profile
	if err := keysource.DecodeJSON("the output of process_command", text, &p); err != nil {
		return keys, expires, err
	}
	switch p.mode() {
	case "ak", "ststoken":
	case "":
		return keys, expires, errors.New("the output of process_command has no access_key_id")
	default:
		return keys, expires, errors.New("the output of process_command must be of mode AK or StsToken")
	}
	keys = provider.Credentials{
		AccessKeyID: p.AccessKeyID, AccessKeySecret: provider.Secret(p.AccessKeySecret),
		SecurityToken: provider.Secret(p.STSToken),
	}
	if p.mode() == "ststoken" && p.STSToken == "" {
		return keys, expires, errors.New("the output of process_command has mode StsToken and no sts_token")
	}
	if p.STSExpiration != 0 {
		return keys, time.Unix(p.STSExpiration, 0), nil
	}
	return keys, time.Now().Add(processLife), nil
}

var errQuote = errors.New("a quote is not closed")

// splitCommand splits a command into its arguments: at blanks, but not inside quotes. A backslash
// escapes the next character as in a shell; on Windows, where paths are full of them, only a double
// quote.
func splitCommand(text string, windows bool) ([]string, error) {
	var args []string
	var arg strings.Builder
	var quote rune // 0: outside
	begun := false
	letters := []rune(text)
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		blank := strings.ContainsRune(" \t\r\n", r)
		opens := r == '\'' || r == '"'
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\' && i+1 < len(letters) && escapes(letters[i+1], quote, windows):
			i++
			arg.WriteRune(letters[i])
			begun = true
		case quote == 0 && opens:
			quote, begun = r, true
		case quote == 0 && blank:
			if begun {
				args = append(args, arg.String())
			}
			arg.Reset()
			begun = false
		default:
			arg.WriteRune(r)
			begun = true
		}
	}
	switch {
	case quote != 0:
		return nil, errQuote
	case begun:
		args = append(args, arg.String())
	}
	if len(args) == 0 {
		return nil, errors.New("it is empty")
	}
	return args, nil
}

// escapes reports whether a backslash before a character escapes it, inside a quote or outside (0).
func escapes(next, quote rune, windows bool) bool {
	switch {
	case quote == '\'':
		return false
	case windows:
		return next == '"'
	case quote == '"':
		return strings.ContainsRune("\"\\$`", next)
	}
	return true
}
