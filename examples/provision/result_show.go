package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/mattn/go-runewidth"
)

// showResult writes a result for people.
func (a *app) showResult(r *result) {
	s := a.screen
	for _, m := range r.Members {
		s.heading(m.Name, m.Cloud+" "+m.Region)
		s.text(2, m.summary(r.Command))
		if c := m.Chosen; c != nil && r.Command != "down" {
			s.text(2, "chosen "+c.place()+"; "+c.Price.cost(m.Wanted))
		}
		for _, note := range m.Notes {
			s.text(2, note)
		}
		for _, line := range strings.Split(m.Error, "\n") {
			if line != "" {
				s.text(4, line)
			}
		}
		s.instances(m.Instances)
	}
	if len(r.Members) > 0 {
		s.line("")
	}
	s.text(0, r.closing())
	if r.Next != "" {
		s.text(0, "next: "+r.Next)
	}
}

// heading writes the name of a member, and a text beside it, or below it where that does not fit.
func (s *screen) heading(name, text string) {
	if runewidth.StringWidth(name)+2+runewidth.StringWidth(text) <= s.width {
		s.line("%s  %s", s.bold(name), text)
		return
	}
	s.line("%s", s.bold(name))
	s.text(2, text)
}

// summary says in one line how a member is.
func (m *memberResult) summary(command string) string {
	if command == "down" {
		switch m.Outcome {
		case outcomeDone:
			return fmt.Sprintf("%d released", len(m.Released))
		default:
			return fmt.Sprintf("%s: %d released, %d left", m.Outcome, len(m.Released), len(m.Instances))
		}
	}
	text := fmt.Sprintf("%d of %d running", m.Running, m.Wanted)
	if m.Outcome != outcomeDone {
		text = m.Outcome + ": " + text
	}
	return text
}

// closing is the last sentence.
func (r *result) closing() string {
	if len(r.Members) == 0 {
		return "nothing is applied"
	}
	wanted, running, released := 0, 0, 0
	regions := map[string]bool{}
	for _, m := range r.Members {
		wanted, running, released = wanted+m.Wanted, running+m.Running, released+len(m.Released)
		regions[m.Cloud] = true
	}
	where := fmt.Sprintf("%d %s", len(regions), plural(len(regions), "cloud"))
	if r.Simulated {
		where = fmt.Sprintf("%d simulated %s", len(regions), plural(len(regions), "cloud"))
	}
	if r.Command == "down" {
		return fmt.Sprintf("%d %s released on %s", released, plural(released, "instance"), where)
	}
	return fmt.Sprintf("%d of %d %s running on %s", running, wanted, plural(wanted, "instance"), where)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// instances writes one line for each instance. Columns that do not fit are left out from the right;
// IDs and states always stay.
func (s *screen) instances(list []instanceResult) {
	rows := make([][]string, len(list))
	for i, in := range list {
		rows[i] = []string{in.ID, in.State, addresses(in.PrivateIPs, in.PublicIPs), in.Name}
	}
	var widths [4]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
		}
	}
	for _, row := range rows {
		line := "    " + runewidth.FillRight(row[0], widths[0])
		used := 4 + widths[0]
		for i := 1; i < len(row); i++ {
			if used+2+widths[i] > s.width {
				break
			}
			line += "  " + runewidth.FillRight(row[i], widths[i])
			used += 2 + widths[i]
		}
		s.line("%s", strings.TrimRight(line, " "))
	}
}

func addresses(lists ...[]netip.Addr) string {
	var all []string
	for _, list := range lists {
		for _, a := range list {
			all = append(all, a.String())
		}
	}
	return strings.Join(all, " ")
}
