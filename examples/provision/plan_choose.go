package main

import (
	"context"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// chooseTypes asks the catalogs for the members that have a type and do not exist yet, and plans them
// with what is chosen. Shown are the clients of the requests as they are shown: the clouds' own hosts.
func (a *app) chooseTypes(
	ctx context.Context, p *plan, f *fleet, doc *specfile.Document, shown map[string]*provider.Client,
) error {
	var clients map[string]*provider.Client
	for i, m := range f.Members {
		mp := p.Members[i]
		if m.Type == nil || mp.Action != "create" {
			continue
		}
		if clients == nil {
			list, end, err := a.catalogClients(ctx, f)
			if err != nil {
				return err
			}
			defer end()
			clients = list
		}
		found, err := m.choose(ctx, clients[m.Account])
		if err := mp.take(m, found, err, doc, shown[m.Account]); err != nil {
			return err
		}
	}
	return doc.Err()
}

// catalogClients returns clients that only read.
func (a *app) catalogClients(ctx context.Context, f *fleet) (clients map[string]*provider.Client, end func(), err error) {
	setReadOnly(f.Clouds)
	var sim *simulator
	end = func() {}
	if a.simulate {
		if sim, end, err = planSimulator(ctx, a.state); err != nil {
			return nil, nil, err
		}
	}
	if clients, err = clientsOf(f.Clouds, sim); err != nil {
		end()
		return nil, nil, err
	}
	return clients, end, nil
}

// take plans a member with what the catalog has chosen, or with why it has not.
func (p *memberPlan) take(m *member, found *catalog.Choice, err error, doc *specfile.Document, c *provider.Client) error {
	if found != nil {
		p.Rejected = rejectedTypes(found)
	}
	if err != nil {
		failed := m.refuseChoice(doc, err)
		p.Action, p.DecidedByCloud = "none", []string{}
		p.Refused = []problem{{Field: m.at + ".type", Reason: err.Error()}}
		if refused := doc.Err(); refused != nil {
			p.Refused = problemsOf(refused)
		}
		return failed
	}
	ch := m.take(found)
	planned, err := planMember(m, c)
	planned.Chosen, planned.Rejected = &ch.Chosen, p.Rejected
	*p = *planned
	doc.Add(err)
	return nil
}

// chosen writes what was chosen for a member, why, and what it costs an hour.
func (s *screen) chosen(c *chosenType, n int, rejected []rejectedType) {
	if c == nil {
		return
	}
	s.text(2, "chosen by type")
	s.text(4, c.place()+": "+c.Why)
	s.text(4, c.Price.cost(n))
	for _, note := range c.Notes {
		s.text(4, s.dim(note))
	}
	if len(rejected) == 0 {
		return
	}
	s.text(2, fmt.Sprintf("not chosen (%d)", len(rejected)))
	var lines []string
	for _, r := range rejected {
		lines = append(lines, r.text())
	}
	for _, line := range shortened(lines) {
		s.text(4, s.dim(line))
	}
}

// place names the type and where it is.
func (c *chosenType) place() string {
	if c.Zone == "" {
		return c.InstanceType
	}
	return c.InstanceType + " in " + c.Zone
}

// cost says what n instances cost.
func (p *priceText) cost(n int) string {
	switch {
	case !p.Known:
		return "what it costs is unknown: the cloud does not say"
	case p.PerHour == "":
		return "each costs " + p.Text
	}
	text := fmt.Sprintf("%d %s %s %s", n, plural(n, "instance"), verb(n), p.PerHour)
	if p.Currency == "" {
		return text + " an hour (the cloud names no currency)"
	}
	return text + " " + p.Currency + " an hour"
}

func verb(n int) string {
	if n == 1 {
		return "costs"
	}
	return "cost"
}

// showChoices writes what apply has chosen, before it asks.
func (a *app) showChoices(f *fleet, choices map[string]*choice, known map[string][]byte) {
	if a.output != "text" {
		return
	}
	for _, m := range f.Members {
		ch := choices[m.Name]
		if isNew := ch != nil && known[m.Name] == nil; !isNew {
			continue
		}
		a.screen.text(0, m.Name+": "+ch.Chosen.place()+": "+ch.Chosen.Why)
		a.screen.text(2, ch.Chosen.Price.cost(m.wanted()))
	}
}
