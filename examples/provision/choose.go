package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// mostTried is how many types and zones are tried for a member at most: the first one, and those
// behind it when it is out of stock.
const mostTried = 10

// chosenType is the instance type that was chosen for a member, as -o json has it. The names of its
// fields are fixed.
type chosenType struct {
	InstanceType string    `json:"instanceType"`
	Zone         string    `json:"zone,omitempty"`
	SubnetID     string    `json:"subnetId,omitempty"`
	Why          string    `json:"why"`
	Price        priceText `json:"price"`
	Notes        []string  `json:"notes,omitempty"` // what the cloud could not be asked
}

// priceText is what the instances cost. What is unknown is left out, and is never zero.
type priceText struct {
	Known           bool   `json:"known"`
	Text            string `json:"text"`                      // of one instance, as people read it
	PerInstanceHour string `json:"perInstanceHour,omitempty"` // a decimal number
	PerHour         string `json:"perHour,omitempty"`         // of all instances of the member
	Currency        string `json:"currency,omitempty"`
}

// rejectedType is a type that was not chosen.
type rejectedType struct {
	InstanceType string `json:"instanceType"`
	Zone         string `json:"zone,omitempty"` // "" for all zones
	Why          string `json:"why"`
}

// errNoType is the cause of a want that nothing fits.
var errNoType = errors.New("no instance type fits")

// checkType adds the problems of a want beside a spec that says the same.
func (m *member) checkType(doc *specfile.Document) {
	if m.Type == nil {
		return
	}
	m.Type.Check(doc, m.at+".type")
	if m.Spec.InstanceType != "" {
		doc.Refuse(m.at+".spec.instanceType", "type chooses it: leave one of them out")
	}
	if m.Spec.Hardware != (provider.Hardware{}) {
		doc.Refuse(m.at+".spec.hardware", "type chooses it: leave one of them out")
	}
	if len(m.Run.Alternatives) > 0 {
		doc.Refuse(m.at+".run.alternatives", "type chooses them: leave one of them out")
	}
}

// validate returns what the cloud refuses in the spec. What a type will choose is not missed.
func (m *member) validate(c *provider.Client) error {
	err := c.Validate(m.Spec, &m.Run)
	var list provider.FieldErrors
	if m.Type == nil || !errors.As(err, &list) {
		return err
	}
	chosen := map[string]bool{
		"InstanceType": true,
		"Zone":         m.Spec.Zone == "",
		"Network":      m.Spec.Network.SubnetID == "" && len(m.Type.Subnets) > 0,
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e *provider.FieldError) bool { return chosen[e.Path] })
	if len(list) == 0 {
		return nil
	}
	return list
}

// choose asks the catalog for the type of a member. It makes read calls only.
func (m *member) choose(ctx context.Context, c *provider.Client) (*catalog.Choice, error) {
	want := m.Type.Catalog()
	want.Region, want.Spec = m.region(c), &m.Spec
	found, err := catalog.Of(c).Candidates(ctx, want)
	if err != nil {
		return nil, err
	}
	if len(found.Candidates) > 0 {
		return found, nil
	}
	var reasons []string
	for _, r := range rejectedTypes(found) {
		reasons = append(reasons, r.text())
	}
	return found, fmt.Errorf("%w: %s", errNoType, strings.Join(shortened(reasons), "; "))
}

// take makes the first candidate the spec of the member, and the others its alternatives. It returns
// the choice as it is kept.
func (m *member) take(found *catalog.Choice) *choice {
	list := found.Candidates[:min(len(found.Candidates), mostTried)]
	first := list[0]
	ch := &choice{
		Version: choiceVersion, Want: m.Type, Billing: first.Billing, Alternatives: catalog.AlternativesOf(list[1:]),
		Chosen: chosenType{
			InstanceType: first.Type.ID, Zone: first.Zone, SubnetID: first.Subnet, Why: first.Why,
			Price: priceOf(first.Price, m.wanted()), Notes: found.Notes,
		},
	}
	ch.use(m)
	return ch
}

// priceOf returns the price of one instance as it is shown, for a number of instances.
func priceOf(p *catalog.Price, n int) priceText {
	t := priceText{Known: p.Known(), Text: p.String()}
	hour, ok := p.PerInstanceHour()
	if !ok {
		return t
	}
	t.PerInstanceHour, t.Currency = hour, p.Currency
	t.PerHour, _ = p.PerHour(n)
	return t
}

func rejectedTypes(found *catalog.Choice) []rejectedType {
	list := []rejectedType{}
	for _, r := range found.Rejected {
		list = append(list, rejectedType{r.InstanceType, r.Zone, r.Why})
	}
	return list
}

// text returns a rejected type in one line.
func (r rejectedType) text() string {
	if r.Zone == "" {
		return r.InstanceType + " " + r.Why
	}
	return r.InstanceType + " in " + r.Zone + " " + r.Why
}

// shortened returns the first lines of a long list, and how many there are more.
func shortened(list []string) []string {
	const most = 5
	if len(list) <= most+1 {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}

// refuseChoice adds the problem of a failed choice to the document. A failure of the cloud is returned.
func (m *member) refuseChoice(doc *specfile.Document, err error) error {
	ofWant := errors.Is(err, errNoType) || errors.Is(err, provider.ErrInvalid) || errors.Is(err, errors.ErrUnsupported)
	if ofWant {
		doc.Refuse(m.at+".type", "%s", err)
		return nil
	}
	return &failure{code: exitFailed, err: fmt.Errorf("choosing the type of %s: %w", m.Name, err), next: "nothing was created: try again"}
}
