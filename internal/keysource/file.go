package keysource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	if err := checkKind(path); err != nil {
		return nil, err
	}
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
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, fmt.Errorf("file %s is UTF-16, as Windows tools write it: save it as UTF-8", path)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil // some editors write a byte order mark
}

// checkKind refuses what is neither a file nor a directory, for which reading has an error of its own.
// A named pipe without a writer would block for ever, and gives its text only once.
func checkKind(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fileError(path, err)
	}
	if other := !info.Mode().IsRegular(); other && !info.IsDir() {
		return fmt.Errorf("file %s is no regular file, but a pipe or a device, which cannot be read again", path)
	}
	return nil
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

// FieldNames returns the names of the fields of a JSON object in alphabetical order. What is no object has
// none.
func FieldNames(object []byte) []string {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(object, &fields) // what reads the values has the error
	return slices.Sorted(maps.Keys(fields))
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
// at the beginning of a line, behind a section, and behind a blank also after a value. Keys are not
// case-sensitive.
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
		if blank := line == ""; blank || line[0] == '#' || line[0] == ';' {
			continue
		}
		if section, err = f.read(section, line); err != nil {
			return nil, fmt.Errorf("file %s, line %d: %w", path, i+1, err)
		}
	}
	return f, nil
}

// read reads one line of a section, and returns the section that the next line belongs to.
func (f *INI) read(section, line string) (string, error) {
	key, value, pair := cutPair(line)
	name, comment, closes := strings.Cut(strings.TrimPrefix(line, "["), "]")
	name = strings.TrimSpace(name)
	switch opens := line[0] == '['; {
	case opens && !closes:
		return "", errors.New("a section begins with [ and does not end with ]")
	case opens && name == "":
		return "", errors.New("a section has no name")
	case opens && !isComment(comment):
		return "", errors.New("there is text behind the ] of a section")
	case opens:
		return f.open(name), nil
	case !pair:
		return "", errors.New("neither [section] nor key = value")
	case section == "":
		return "", errors.New("a key stands before the first [section]: put a line such as [default] before it")
	}
	f.values[section][strings.ToLower(key)] = value
	return section, nil
}

// isComment reports whether the text behind a section or a quoted value is nothing or a comment.
func isComment(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || text[0] == '#' || text[0] == ';'
}

func cutPair(line string) (key, value string, ok bool) {
	at := strings.IndexAny(line, "=:")
	if at <= 0 {
		return "", "", false
	}
	key, value = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
	if quoted, ok := cutQuoted(value); ok {
		return key, quoted, true
	}
	for _, comment := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, comment)
	}
	return key, strings.TrimSpace(value), true
}

// cutQuoted returns what is inside the quotes of a value. A comment may follow.
func cutQuoted(value string) (inside string, ok bool) {
	for _, quote := range []string{`"`, `'`} {
		rest, opens := strings.CutPrefix(value, quote)
		if !opens {
			continue
		}
		inside, behind, closes := strings.Cut(rest, quote)
		if closes && isComment(behind) {
			return inside, true
		}
		if whole, closes := strings.CutSuffix(rest, quote); closes {
			return whole, true // with more such quotes inside
		}
	}
	return "", false
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

// Keys returns the keys of a section in alphabetical order, in small letters.
func (f *INI) Keys(section string) []string { return slices.Sorted(maps.Keys(f.values[section])) }

// MissingProfile is the error of a profile or section that a file does not have.
func MissingProfile(path, name string, have []string) error {
	if len(have) == 0 {
		return fmt.Errorf("file %s has no profiles at all, and so no profile %q", path, name)
	}
	return fmt.Errorf("file %s has no profile %q; it has: %s", path, name, strings.Join(have, ", "))
}
