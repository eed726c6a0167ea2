package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// showPlan writes a plan for people.
func (a *app) showPlan(p *plan) {
	s := a.screen
	for _, m := range p.Members {
		a.showMemberPlan(m)
	}
	for _, r := range p.Problems {
		s.text(0, s.red("problem: ")+r.text())
	}
	s.text(0, p.closing())
	if p.Next != "" {
		s.text(0, "next: "+p.Next)
	}
}

// closing is the last sentence.
func (p *plan) closing() string {
	create, refused, kept, requests, problems := 0, 0, 0, 0, len(p.Problems)
	for _, m := range p.Members {
		requests += len(m.Requests)
		problems += len(m.Refused)
		switch m.Action {
		case "create":
			create += m.Count
		case "continue":
			kept++
		default:
			refused++
		}
	}
	text := fmt.Sprintf("%d %s to create in %d %s",
		create, plural(create, "instance"), requests, plural(requests, "request"))
	if kept > 0 {
		text += fmt.Sprintf(", %d %s applied already", kept, plural(kept, "member"))
	}
	if problems > 0 {
		text += fmt.Sprintf("; %d %s, so apply would send nothing", problems, plural(problems, "problem"))
	}
	return text
}

func (a *app) showMemberPlan(m *memberPlan) {
	s := a.screen
	s.heading(m.Name, fmt.Sprintf("%s %s, account %s", m.Cloud, m.Region, m.Account))
	switch m.Action {
	case "continue":
		s.text(2, fmt.Sprintf("%d %s applied already: apply continues them", m.Count, plural(m.Count, "instance")))
	case "none":
		s.text(2, s.red("refused"))
		for _, r := range m.Refused {
			s.text(4, r.text())
		}
	default:
		s.text(2, fmt.Sprintf("%d %s to create", m.Count, plural(m.Count, "instance")))
		if m.open {
			s.text(2, "its type is chosen once the problems are mended")
			break
		}
		s.chosen(m.Chosen, m.Count, m.Rejected)
		s.requests(m.Requests)
		s.added(m)
		s.text(2, "decided by "+m.Cloud)
		s.text(4, s.dim(strings.Join(m.DecidedByCloud, ", ")))
	}
	s.line("")
}

// requests writes the requests. Those that are equal come once, with their number.
func (s *screen) requests(list []requestPlan) {
	for i := 0; i < len(list); {
		r, equal := list[i], 1
		for i+equal < len(list) && sameRequest(list[i+equal], r) {
			equal++
		}
		i += equal
		times := ""
		if equal > 1 {
			times = fmt.Sprintf(", %d times", equal)
		}
		s.text(2, fmt.Sprintf("request %s to %s%s", r.Action, r.Host, times))
		names := slices.Sorted(maps.Keys(r.Params))
		width := widestOf(names)
		for _, name := range names {
			s.item(4, width, name, r.Params[name])
		}
	}
}

func sameRequest(a, b requestPlan) bool {
	return a.Action == b.Action && a.Host == b.Host && maps.Equal(a.Params, b.Params)
}

// added writes what the library adds to the requests, and does when a type is out of stock.
func (s *screen) added(m *memberPlan) {
	if m.Owner != "" && m.Cloud != "qingcloud" {
		s.text(2, "added to each request")
		s.item(4, widestOf([]string{provider.OperationTag}), provider.OwnerTag, m.Owner)
		s.item(4, widestOf([]string{provider.OperationTag}), provider.OperationTag, "drawn for each operation")
	}
	if len(m.Alternatives) > 0 {
		s.text(2, "when it is out of stock")
		for _, text := range m.Alternatives {
			s.text(4, text)
		}
	}
}

// text returns a problem in one line.
func (p problem) text() string {
	var parts []string
	if p.File != "" && p.Line > 0 {
		parts = append(parts, fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column))
	} else if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Field != "" {
		parts = append(parts, p.Field)
	}
	return strings.Join(append(parts, p.Reason), ": ")
}
