package clouds

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// version is the version of files that this package reads.
const version = 1

// fileForm is a file of accounts.
type fileForm struct {
	Version int
	Clouds  Accounts
}

// ReadFile reads the accounts in the file of a path. The error is [specfile.Errors] with every
// problem of the file, or the error of opening it. Nil options are the default; their Vendors do
// not matter.
func ReadFile(path string, o *specfile.Options) (Accounts, error) {
	form := fileForm{Version: version}
	doc, err := specfile.DecodeFile(path, &form, o)
	return form.accounts(doc, err)
}

// Read is [ReadFile] for any reader. Name is for errors.
func Read(r io.Reader, name string, o *specfile.Options) (Accounts, error) {
	form := fileForm{Version: version}
	doc, err := specfile.DecodeReader(r, name, &form, o)
	return form.accounts(doc, err)
}

// accounts returns the accounts of a file that was read, or all its problems.
func (f *fileForm) accounts(doc *specfile.Document, err error) (Accounts, error) {
	if doc == nil {
		return nil, err
	}
	if len(f.Clouds) == 0 {
		doc.Refuse("clouds", "is missing: it has the accounts by name")
	}
	f.Clouds.Check(doc, "clouds")
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return f.Clouds, nil
}

// accountName matches the names of accounts.
var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// Check adds the problems of the accounts at a path of a form to the document that they were read
// from. It makes no call.
func (a Accounts) Check(doc *specfile.Document, path string) {
	for _, name := range a.Names() {
		at := path + "[" + strconv.Quote(name) + "]"
		if !accountName.MatchString(name) {
			doc.Refuse(at, "a name has letters, digits, \"-\", \"_\" and \".\" only, and not more than 63 of them")
			continue
		}
		a[name].check(doc, at)
	}
}

// check adds the problems of one account.
func (a Account) check(doc *specfile.Document, path string) {
	a.checkKeys(doc, path+".credentials")
	a.checkRates(doc, path+".rates")
	_, err := New(a.Config())
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		doc.Add(err)
		return
	}
	for _, problem := range list {
		reason := problem.Reason
		if problem.Value != "" {
			reason = strconv.Quote(problem.Value) + ": " + reason
		}
		doc.Refuse(path+"."+specfile.FieldName(strings.TrimPrefix(problem.Path, "Config.")), "%s", reason)
	}
}

// checkKeys adds the problem of half a key pair. Secrets that were kept out are not missing.
func (a Account) checkKeys(doc *specfile.Document, path string) {
	if a.Credentials == nil {
		return
	}
	for _, key := range []string{"accessKeyId", "accessKeySecret"} {
		if at := path + "." + key; !doc.Has(at) {
			doc.Refuse(at, "is missing: a key pair has accessKeyId and accessKeySecret, each as a reference such as env:NAME")
		}
	}
}

// checkRates adds the problems of call rates.
func (a Account) checkRates(doc *specfile.Document, path string) {
	for api, rate := range a.Rates {
		at := path + "[" + strconv.Quote(string(api)) + "]"
		if !slices.Contains(calls(), string(api)) {
			doc.Refuse(at, "unknown call%s", hint(string(api)))
		}
		if rate.Calls < 0 || rate.Burst < 0 {
			doc.Refuse(at, "calls and burst must not be negative")
		}
		if rate.Calls > 0 && rate.Per <= 0 {
			doc.Refuse(at+".per", "is missing: the time in which the calls may be made, such as 1m")
		}
	}
}

func hint(api string) string {
	if near := specfile.Nearest(api, calls()); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// calls returns the names of all calls that have a rate.
func calls() []string {
	list := []string{
		string(provider.AnyAPI), string(provider.APIRunInstances), string(provider.APIDescribeInstances),
		string(provider.APITerminateInstances), string(provider.APIStartInstances), string(provider.APIStopInstances),
		string(provider.APIRebootInstances), string(provider.APIRenameInstance), string(provider.APIDescribeJob),
	}
	for _, beside := range []reflect.Type{reflect.TypeFor[launchtemplate.Driver](), reflect.TypeFor[placement.Driver]()} {
		for i := range beside.NumMethod() {
			list = append(list, beside.Method(i).Name)
		}
	}
	return list
}

// Schema returns the JSON Schema (draft 2020-12) of files of accounts. Describe returns what editors
// show about a field of a Go struct, or ""; nil describes nothing. schema.json beside this package is
// the schema with the documentation of each field.
func Schema(describe func(owner reflect.Type, field string) string) ([]byte, error) {
	return specfile.Schema(&specfile.SchemaOptions{
		Form: &fileForm{Version: version}, Title: "Yunfan accounts", Required: []string{"clouds"},
		Words: Words, Describe: describe,
	})
}

// Words returns the only values of the text fields of [Account] that are not free. It is for the
// schema of a form that has accounts: see [specfile.SchemaOptions].
func Words(owner reflect.Type, field string) []string {
	if owner == reflect.TypeFor[Account]() && field == "Cloud" {
		return Names()
	}
	return nil
}
