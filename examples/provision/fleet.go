package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// fleet is a fleet file.
type fleet struct {
	// Version is 1.
	Version int

	// Name names the fleet on the screen.
	Name string

	// Clouds are the accounts, by names of your own.
	Clouds clouds.Accounts

	// Members are the groups of instances. Each is one create.
	Members []*member

	path string // as it was named
	data []byte // as it was read
}

// member is a group of equal instances on one cloud.
type member struct {
	// Name names the member. It is unique in the file.
	Name string

	// Account is the name of one of the clouds.
	Account string

	// Type says what an instance must have, in place of spec.instanceType and run.alternatives.
	Type *specfile.Want

	specfile.File

	at string // its path in the file
}

// fleetVersion is the version of fleet files.
const fleetVersion = 1

// memberName is also the name of a file.
var memberName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{0,39}$`)

// readFleet reads a fleet file, with everything that can be known without a call. Problems of the
// specs themselves are left to the clients: see check.
func readFleet(path string) (*fleet, *specfile.Document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, missingFile(path, err)
	}
	return parseFleet(data, path, filepath.Dir(path))
}

// parseFleet reads a fleet file. References to files begin at dir.
func parseFleet(data []byte, path, dir string) (*fleet, *specfile.Document, error) {
	f := &fleet{Version: fleetVersion, path: path, data: data}
	doc, err := specfile.Decode(data, path, f, &specfile.Options{Vendors: clouds.Vendors(), Dir: dir})
	if doc == nil {
		return nil, nil, err
	}
	if len(f.Clouds) == 0 {
		doc.Refuse("clouds", "is missing: it has the accounts by name")
	}
	f.Clouds.Check(doc, "clouds")
	if len(f.Members) == 0 {
		doc.Refuse("members", "is missing: a list of what to create")
	}
	names := map[string]int{}
	for i, m := range f.Members {
		m.at = "members[" + strconv.Itoa(i) + "]"
		m.check(f, doc)
		if first, repeated := names[m.Name]; repeated && m.Name != "" {
			doc.Refuse(m.at+".name", "%q is the name of members[%d] already", m.Name, first)
			continue
		}
		names[m.Name] = i
	}
	f.Name = cmp.Or(f.Name, "fleet")
	return f, doc, doc.Err()
}

// check adds the problems of a member that a spec does not show.
func (m *member) check(f *fleet, doc *specfile.Document) {
	switch {
	case m.Name == "":
		doc.Refuse(m.at+".name", "is missing: a name for the group, such as web")
	case !memberName.MatchString(m.Name):
		doc.Refuse(m.at+".name",
			"%q: a name has letters, digits, \"-\" and \"_\" only, and not more than 40 of them", m.Name)
	}
	account, known := f.Clouds[m.Account]
	switch {
	case m.Account == "" && len(f.Clouds) > 0:
		doc.Refuse(m.at+".account", "is missing: the name of one of the clouds")
	case !known && len(f.Clouds) > 0:
		doc.Refuse(m.at+".account", "%q: %s", m.Account, f.Clouds.Unknown(m.Account))
	case m.Cloud != "" && m.Cloud != account.Cloud:
		doc.Refuse(m.at+".cloud", "%q: the account %s is on %s; leave cloud out", m.Cloud, m.Account, account.Cloud)
	}
	m.Cloud = account.Cloud
	m.checkType(doc)
}

// wanted returns how many instances a member asks for.
func (m *member) wanted() int { return max(m.Spec.Count, 1) }

// region returns where the instances go.
func (m *member) region(c *provider.Client) string { return cmp.Or(m.Spec.Region, c.Region()) }

// checkSpecs adds what the clients refuse in the specs.
func (f *fleet) checkSpecs(doc *specfile.Document, clients map[string]*provider.Client) error {
	for _, m := range f.Members {
		if c := clients[m.Account]; c != nil {
			doc.Add(m.Locate(m.validate(c)))
		}
	}
	return doc.Err()
}

// missingFile says what to do about a fleet file that cannot be read.
func missingFile(path string, err error) error {
	f := &failure{code: exitUsage, err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.err = fmt.Errorf("there is no fleet file %s", path)
		f.next = "name yours with -f, or begin with: provision example > fleet.yaml"
	case errors.Is(err, fs.ErrPermission):
		f.next = "give yourself the right to read the file"
	default:
		f.next = "name a fleet file with -f"
	}
	return f
}
