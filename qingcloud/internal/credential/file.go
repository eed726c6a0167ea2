package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/yunify/qingcloud-sdk-go/utils"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
)

// DefaultFile returns the path of the file that the vendor's CLI and SDKs read.
func DefaultFile() (string, error) { return keysource.Home(".qingcloud", "config.yaml") }

// File is a configuration file of the vendor's CLI and SDKs. What a file says belongs together: its
// keys are for the cloud that it names.
//
// All values are text, so that a number without quotes is read as it is written.
type File struct {
	Path  string `yaml:"-"`
	place string // what errors call it

	ID     string          `yaml:"qy_access_key_id"`
	Secret provider.Secret `yaml:"qy_secret_access_key"`
	Zone   string          `yaml:"zone"`

	Protocol string `yaml:"protocol"`
	Host     string `yaml:"host"`
	Port     string `yaml:"port"`
	URI      string `yaml:"uri"`

	ProxyProtocol string `yaml:"credential_proxy_protocol"`
	ProxyHost     string `yaml:"credential_proxy_host"`
	ProxyPort     string `yaml:"credential_proxy_port"`
	ProxyURI      string `yaml:"credential_proxy_uri"`
}

// inLine finds the line that an error of the YAML decoder names. Its texts quote what is in the file.
var inLine = regexp.MustCompile(`\bline (\d+)`)

// ReadFile reads a configuration file through the decoder of the SDK. It never makes one, as the SDK's
// LoadUserConfig does. If the file does not exist, the error is [fs.ErrNotExist].
func ReadFile(path string) (*File, error) {
	full := path
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := keysource.Home(rest)
		if err != nil {
			return nil, err
		}
		full = home
	}
	text, err := keysource.ReadFile(full)
	if err != nil {
		return nil, err
	}
	f := &File{Path: full, place: "file " + full}
	if _, err := utils.YAMLDecode(text, f); err != nil {
		where := "file " + full
		if m := inLine.FindStringSubmatch(err.Error()); m != nil {
			where += ", line " + m[1]
		}
		return nil, errors.New(where + ": it is not YAML with one value for each key, such as qy_access_key_id: 'QYEXAMPLE'")
	}
	var have map[string]any
	if _, err := utils.YAMLDecode(text, &have); err != nil {
		return f, nil //nolint:nilerr // a file of no names at all, such as an empty one
	}
	return f, keyNames().Misspelt(f.place, slices.Sorted(maps.Keys(have)), false)
}

// keyNames returns the names that the vendor's CLI and SDKs know in a configuration file.
func keyNames() keysource.KeyNames {
	names := keysource.KeyNames{ID: "qy_access_key_id", Secret: "qy_secret_access_key", Others: []string{
		"connection_retries", "connection_timeout", "log_level",
	}}
	for f := range reflect.TypeFor[File]().Fields() {
		if name := f.Tag.Get("yaml"); name != "-" && name != "" {
			names.Others = append(names.Others, name)
		}
	}
	return names
}

// keys returns the key pair of a file. Ok is false when it has none at all.
func (f *File) keys() (keys provider.Credentials, ok bool, err error) {
	switch {
	case f.ID == "" && f.Secret == "":
		return provider.Credentials{}, false, nil
	case f.ID == "":
		return provider.Credentials{}, true, keysource.Half("file "+f.Path, "qy_secret_access_key", "qy_access_key_id is not")
	case f.Secret == "":
		return provider.Credentials{}, true, keysource.Half("file "+f.Path, "qy_access_key_id", "qy_secret_access_key is not")
	}
	keys = provider.Credentials{AccessKeyID: f.ID, AccessKeySecret: f.Secret}
	return keys, true, keysource.CheckForm(f.place, "qy_access_key_id", f.ID, "qy_secret_access_key", f.Secret.Reveal())
}

// Endpoint returns the service that a file names, in the forms of Config.Endpoint; "" is the vendor's
// public one. What the file leaves out is as in the file that the SDK installs.
func (f *File) Endpoint() string {
	protocol, host, port, uri := f.Protocol, f.Host, f.Port, f.URI
	own := func(value string, usual ...string) bool { return value != "" && !slices.Contains(usual, value) }
	private := own(protocol, "https") || own(host, "api.qingcloud.com") || own(port, "443") || own(uri, "/iaas", "/iaas/")
	if !private {
		return ""
	}
	return address(protocol, "https", host, "api.qingcloud.com", port, uri, "/iaas/")
}

// proxy returns the address of the service with the keys of the instance's role. Own reports whether
// the file names one.
func (f *File) proxy() (url string, own bool) {
	own = f.ProxyProtocol != "" || f.ProxyHost != "" || f.ProxyPort != "" || f.ProxyURI != ""
	return address(f.ProxyProtocol, "http", f.ProxyHost, metadataHost, f.ProxyPort, f.ProxyURI, metadataPath), own
}

// address puts a URL together from parts and from what stands for empty ones.
func address(protocol, usualProtocol, host, usualHost, port, uri, usualURI string) string {
	or := func(value, usual string) string {
		if value == "" {
			return usual
		}
		return value
	}
	host, uri = or(host, usualHost), or(uri, usualURI)
	if port != "" {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return or(protocol, usualProtocol) + "://" + host + "/" + strings.TrimLeft(uri, "/")
}

// missingProfile is the error of a profile whose file does not exist.
func missingProfile(path string) error {
	text := fmt.Sprintf("Config.Profile is the path of a configuration file, and file %s does not exist", path)
	usual, err := DefaultFile()
	if err != nil {
		return errors.New(text)
	}
	var have []string
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(usual)} {
		have = append(have, filesIn(dir)...)
	}
	if slices.Sort(have); len(have) == 0 {
		return errors.New(text + "; there are no such files beside it or in " + filepath.Dir(usual))
	}
	return errors.New(text + "; there are: " + strings.Join(slices.Compact(have), ", "))
}

// filesIn returns the files of a directory that may be configuration files.
func filesIn(dir string) (paths []string) {
	entries, _ := os.ReadDir(dir) // without the directory there are none
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if ext == ".yaml" || ext == ".yml" {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}

// notThere reports whether an error says that a file does not exist.
func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }
