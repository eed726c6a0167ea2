package specfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// plainPrefix begins an entry of a map of options that is no secret, and stands in the file.
const plainPrefix = "plain:"

// maxSecret is the largest content of a reference. It is far above what any cloud takes.
const maxSecret = 1 << 20

var (
	schemeForm = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	envForm    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	secretName = regexp.MustCompile(`(?i)passw|secret|user_?data|token|credential|private_?key|access_?key`)
)

// vault resolves the references of one file, each once.
type vault struct {
	o     *Options
	known map[string]func() ([]byte, error) // functions, because package fmt prints fields
}

// howTo says how to write a secret.
func (v *vault) howTo() string {
	text := "write env:NAME or file:PATH"
	for _, scheme := range sortedKeys(v.o.Resolvers) {
		text += " or " + scheme + ":..."
	}
	return text
}

// check returns why a text is no reference, or "". It never shows the text, which may be the
// secret itself.
func (v *vault) check(reference string) string {
	scheme, rest, found := strings.Cut(reference, ":")
	_, ours := v.o.Resolvers[scheme]
	switch {
	case found && rest != "" && ours:
		return ""
	case found && scheme == "env":
		if envForm.MatchString(rest) {
			return ""
		}
		return "env: needs the name of an environment variable: letters, digits and \"_\""
	case found && scheme == "file":
		if rest != "" {
			return ""
		}
		return "file: needs a path"
	default:
		return "a secret must not be in the file: " + v.howTo()
	}
}

// get returns what a well-formed reference stands for.
func (v *vault) get(reference string) ([]byte, error) {
	if v.known[reference] == nil {
		value, err := v.resolve(reference)
		v.known[reference] = func() ([]byte, error) { return value, err }
	}
	return v.known[reference]()
}

func (v *vault) resolve(reference string) ([]byte, error) {
	scheme, rest, _ := strings.Cut(reference, ":")
	var value []byte
	var err error
	switch resolver := v.o.Resolvers[scheme]; {
	case resolver != nil:
		value, err = resolver(rest)
	case scheme == "env":
		text, set := os.LookupEnv(rest)
		if !set {
			return nil, errors.New("the environment variable is not set")
		}
		value = []byte(text)
	default:
		value, err = v.readFile(rest)
	}
	switch {
	case err != nil:
		return nil, err
	case len(value) == 0:
		return nil, errors.New("it is empty")
	case len(value) > maxSecret:
		return nil, fmt.Errorf("it is larger than %d bytes", maxSecret)
	}
	return value, nil
}

func (v *vault) readFile(path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(v.o.Dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a directory")
	}
	return io.ReadAll(io.LimitReader(f, maxSecret+1))
}

// text returns a reference as the text of a secret: without one line break at its end, when it
// is the content of a file.
func (v *vault) text(reference string) (provider.Secret, error) {
	value, err := v.get(reference)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(reference, "file:") {
		value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
	}
	if !utf8.Valid(value) {
		return "", errors.New("it is not a text in UTF-8")
	}
	var secret provider.Secret
	err = secret.UnmarshalText(value)
	return secret, err
}

// readSecret is a secret as it was read. Its value is in a function, because package fmt prints
// unexported fields without their methods.
type readSecret struct {
	reference string
	value     func() string
}

func newReadSecret(reference, value string) readSecret {
	return readSecret{reference, func() string { return value }}
}
