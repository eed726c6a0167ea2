package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// plan is what apply would do, as -o json has it. The names of its fields are fixed.
type plan struct {
	Version  int           `json:"version"` // of this form: 1
	Command  string        `json:"command"`
	Fleet    string        `json:"fleet"`
	ExitCode int           `json:"exitCode"`
	Members  []*memberPlan `json:"members"`
	Problems []problem     `json:"problems"`
	Next     string        `json:"next,omitempty"`
}

// memberPlan is what apply would do about a member.
type memberPlan struct {
	Name     string        `json:"name"`
	Account  string        `json:"account"`
	Cloud    string        `json:"cloud"`
	Region   string        `json:"region"`
	Count    int           `json:"count"`
	Action   string        `json:"action"` // create; continue, where a record exists; none, where it is refused
	Requests []requestPlan `json:"requests"`
	Owner    string        `json:"owner,omitempty"` // tags with it are added to each request

	// Of a member that has a type.
	Chosen   *chosenType    `json:"chosen,omitempty"`
	Rejected []rejectedType `json:"rejected,omitempty"`
	open     bool           // its type is not chosen yet

	Alternatives   []string  `json:"alternatives,omitempty"`
	Refused        []problem `json:"refused"`
	DecidedByCloud []string  `json:"decidedByCloud"` // fields of the spec that are not set
}

// requestPlan is a request as it would be sent, with secrets masked.
type requestPlan struct {
	Action string            `json:"action"`
	Host   string            `json:"host"`
	Params map[string]string `json:"params"`
}

// plan shows what apply would do. It sends nothing, except that the catalogs of the clouds are asked for
// the members that have a type.
func (a *app) plan(ctx context.Context) error {
	f, doc, err := readFleet(a.file)
	if doc == nil {
		return err
	}
	s, stateErr := openState(a.state)
	if stateErr != nil {
		return stateErr
	}
	clients, _ := clientsOf(f.Clouds, nil)
	p := &plan{Version: resultVersion, Command: "plan", Fleet: f.Name, Problems: []problem{}, Members: []*memberPlan{}}
	for _, m := range f.Members {
		if c := clients[m.Account]; c != nil {
			mp, err := planMember(m, c)
			p.Members = append(p.Members, mp)
			doc.Add(err)
		}
	}
	err = doc.Err()
	if err == nil {
		err = p.compareWith(s, f, a.simulate)
	}
	if err == nil {
		err = a.chooseTypes(ctx, p, f, doc, clients)
	}
	p.conclude(err)
	if err == nil {
		p.Next = a.applyHint()
	}
	if a.output == "json" {
		a.writeJSON(p)
	} else {
		a.showPlan(p)
	}
	if p.ExitCode == exitDone {
		return nil
	}
	return &failure{code: p.ExitCode, err: err, shown: true}
}

// planMember returns the requests of a member, or what is refused.
func planMember(m *member, c *provider.Client) (*memberPlan, error) {
	p := &memberPlan{
		Name: m.Name, Account: m.Account, Cloud: c.Name(), Region: m.region(c), Count: m.wanted(), Action: "create",
		Owner: m.Run.Owner, Requests: []requestPlan{}, Refused: []problem{},
		DecidedByCloud: openFields(&m.Spec, c.Support()),
	}
	for _, alternative := range m.Run.Alternatives {
		p.Alternatives = append(p.Alternatives, alternativeText(alternative))
	}
	if p.open = m.Type != nil && m.Spec.InstanceType == ""; p.open {
		p.DecidedByCloud = []string{}
		return p.refuse(m, m.validate(c))
	}
	requests, err := c.Preview(m.Spec, &m.Run)
	for _, r := range requests {
		if r.Alternative == 0 { // the alternatives are shown by what they change
			p.Requests = append(p.Requests, requestPlan{r.Action, r.Host, r.Params})
		}
	}
	return p.refuse(m, err)
}

// refuse adds what is wrong with a member, if anything is.
func (p *memberPlan) refuse(m *member, err error) (*memberPlan, error) {
	if err == nil {
		return p, nil
	}
	err = m.Locate(err)
	p.Action, p.Refused, p.DecidedByCloud = "none", problemsOf(err), []string{}
	return p, err
}

// compareWith finds the members that were applied before.
func (p *plan) compareWith(s *state, f *fleet, simulate bool) error {
	known, err := s.compare(f, simulate || s.meta.Simulated)
	for _, m := range p.Members {
		if known[m.Name] != nil {
			m.Action, m.Requests = "continue", []requestPlan{}
		}
	}
	return err
}

// applyHint is the command that does what was planned.
func (a *app) applyHint() string {
	text := "provision apply -f " + a.file
	if a.simulate {
		text += " --simulate"
	}
	return text + " does this"
}

// conclude sets the exit code and the next step. Problems of members are at the members already.
func (p *plan) conclude(err error) {
	if err == nil {
		return
	}
	f := asFailure(err)
	p.ExitCode, p.Next = f.code, f.next
	told := map[problem]bool{}
	for _, m := range p.Members {
		for _, r := range m.Refused {
			told[r] = true
		}
	}
	for _, r := range problemsOf(err) {
		if !told[r] {
			p.Problems = append(p.Problems, r)
		}
	}
}

// choices are the fields that every cloud chooses a value for when they are not set. The others stand
// for something that is simply not asked for, such as a tag or an automatic renewal.
var choices = []string{
	"InstanceType", "Zone", "HostName", "Network.VPCID", "Network.SubnetID", "Network.SecurityGroupIDs", "Network.PrivateIPs",
	"SystemDisk.Type", "SystemDisk.SizeGiB", "SystemDisk.PerformanceLevel", "DataDisks[].Type", "Billing.Mode",
	"ProjectID", "DeletionProtection", "SecurityAgent", "MonitorAgent",
}

// openFields returns the fields that the cloud decides: it could be told and is not.
func openFields(spec *provider.RunInstancesSpec, support provider.Support) []string {
	set := map[string]bool{}
	for leaf := range spec.SetLeaves() {
		set[leaf] = true
	}
	names := []string{}
	for _, path := range choices {
		known := support.Field(path).Param != ""
		ofDataDisks := strings.HasPrefix(path, "DataDisks")
		absent := ofDataDisks && len(spec.DataDisks) == 0
		if known && !set[path] && !absent {
			names = append(names, fileName(path))
		}
	}
	return names
}

// fileName returns the path of a leaf with the names of files.
func fileName(leaf string) string {
	parts := strings.Split(leaf, ".")
	for i, part := range parts {
		name, isList := strings.CutSuffix(part, "[]")
		if parts[i] = specfile.FieldName(name); isList {
			parts[i] += "[]"
		}
	}
	return strings.Join(parts, ".")
}

// alternativeText says what an alternative changes.
func alternativeText(a provider.Alternative) string {
	fields := map[string]string{
		"instanceType": a.InstanceType, "zone": a.Zone, "subnetId": a.SubnetID, "diskType": a.DiskType,
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] != "" {
			parts = append(parts, name+" "+fields[name])
		}
	}
	return strings.Join(parts, ", ")
}
