package keysource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxFile bounds a profile file, so that a wrong path does not fill the memory.
const maxFile = 4 << 20

// Home returns the path of a file in the home directory. Without a home directory the error says so.
func Home(elem ...string) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return "", errors.New("there is no home directory: set HOME (on Windows USERPROFILE)")
	}
	return filepath.Join(append([]string{home}, elem...)...), nil
}

// ReadFile reads a profile file. A file that does not exist gives an error that is
// [fs.ErrNotExist]. Errors name the file.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fileError(path, err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("file %s is larger than 4 MiB: is it a profile file?", path)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil // some editors write a byte order mark
}

func fileError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("file %s does not exist%w", path, quiet{fs.ErrNotExist})
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("file %s may not be read by this user: change its permissions", path)
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("file %s cannot be read: %w", path, err)
}

// quiet is an error that is matched and not shown.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }

// ReadJSON reads a JSON file into a struct. Errors name the file, the line and the field, and quote
// nothing of the file.
func ReadJSON(path string, into any) error {
	text, err := ReadFile(path)
	if err != nil {
		return err
	}
	return describeJSON("file "+path, text, json.Unmarshal(text, into))
}

// DecodeJSON reads a JSON answer or output into a struct. What names it in errors, which quote nothing
// of it.
func DecodeJSON(what string, text []byte, into any) error {
	return describeJSON(what, text, json.Unmarshal(text, into))
}

func describeJSON(what string, text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case len(bytes.TrimSpace(text)) == 0:
		return fmt.Errorf("%s is empty", what)
	case errors.As(err, &syntax):
		return fmt.Errorf("%s is not valid JSON: see line %d", what, lineAt(text, syntax.Offset))
	case errors.As(err, &kind):
		return fmt.Errorf("%s, line %d: field %s has the wrong type", what, lineAt(text, kind.Offset), fieldOf(kind))
	default:
		return fmt.Errorf("%s cannot be read as JSON", what)
	}
}

func fieldOf(e *json.UnmarshalTypeError) string {
	if e.Field == "" {
		return "(the whole)"
	}
	return e.Field
}

func lineAt(text []byte, offset int64) int {
	offset = min(max(offset, 0), int64(len(text)))
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}

// INI is a file of sections with keys and values.
type INI struct {
	Path     string
	Sections []string // in the order of the file
	values   map[string]map[string]string
}

// ReadINI reads an INI file: sections in brackets, "key = value" lines, comments behind # or ;
// at the beginning of a line, and behind a blank also after a value. Keys are not case-sensitive.
// Values may be quoted. Errors name the file and the line, and quote nothing.
func ReadINI(path string) (*INI, error) {
	text, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &INI{Path: path, values: map[string]map[string]string{}}
	section := ""
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		key, value, pair := cutPair(line)
		name, opens := strings.CutPrefix(line, "[")
		name, closes := strings.CutSuffix(name, "]")
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case opens && closes:
			section = f.open(strings.TrimSpace(name))
		case opens:
			return nil, fmt.Errorf("file %s, line %d: a section begins with [ and does not end with ]", path, i+1)
		case !pair:
			return nil, fmt.Errorf("file %s, line %d: neither [section] nor key = value", path, i+1)
		default:
			f.open(section)
			f.values[section][strings.ToLower(key)] = value
		}
	}
	return f, nil
}

func cutPair(line string) (key, value string, ok bool) {
	at := strings.IndexAny(line, "=:")
	if at <= 0 {
		return "", "", false
	}
	key, value = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
	for _, quote := range []string{`"`, `'`} {
		quoted := len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote)
		if quoted {
			return key, value[1 : len(value)-1], true
		}
	}
	for _, comment := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, comment)
	}
	return key, strings.TrimSpace(value), true
}

func (f *INI) open(section string) string {
	if f.values[section] == nil {
		f.values[section] = map[string]string{}
		f.Sections = append(f.Sections, section)
	}
	return section
}

// Has reports whether a section exists.
func (f *INI) Has(section string) bool { return f.values[section] != nil }

// Get returns the value of a key in a section; "" if there is none.
func (f *INI) Get(section, key string) string { return f.values[section][strings.ToLower(key)] }

// MissingProfile is the error of a profile or section that a file does not have.
func MissingProfile(path, name string, have []string) error {
	if len(have) == 0 {
		return fmt.Errorf("file %s has no profiles, and so no profile %q", path, name)
	}
	return fmt.Errorf("file %s has no profile %q; it has: %s", path, name, strings.Join(have, ", "))
}
