package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// story says what happened and what it would have cost a caller who does not expect it. Every number is
// counted from this run.
func (j *job) story() string {
	rows := j.board.rows()
	lines := append([]string{j.effort(rows)}, stories(rows)...)
	extra := 0
	for i := range rows {
		for _, b := range rows[i].calls.troubles {
			if b.lost() && b.mended() {
				extra += b.instances
			}
		}
	}
	if extra > 0 {
		lines = append(lines, fmt.Sprintf("A caller who creates again after every lost answer can pay for %s too many.",
			count(extra, "instance")))
	}
	if text := j.proof(); text != "" {
		lines = append(lines, text)
	}
	return "\nWhat happened\n  " + strings.Join(lines, "\n  ") + "\n"
}

// stories returns one line for each kind of trouble on each cloud.
func stories(rows []row) []string {
	var lines []string
	times := map[string]int{}
	for i := range rows {
		for _, b := range rows[i].calls.troubles {
			text := b.story(cloudNamed(rows[i].name))
			times[text]++
			if text != "" && times[text] == 1 {
				lines = append(lines, text)
			}
		}
	}
	for i, text := range lines {
		if n := times[text]; n > 1 {
			lines[i] = fmt.Sprintf("%s (%d times)", text, n)
		}
	}
	return lines
}

// effort says what the work took.
func (j *job) effort(rows []row) string {
	calls := 0
	for i := range rows {
		calls += rows[i].calls.total
	}
	text := count(calls, "call")
	if j.sim != nil && len(j.sim.urls) > 0 {
		text += " over " + count(int(j.sim.connections.Load()), "connection")
	}
	var last float64
	for _, r := range j.runs {
		for _, i := range r.running {
			last = max(last, i.took.Seconds())
		}
	}
	if last > 0 {
		text += fmt.Sprintf("; the last instance ran after %.1f s", last)
	}
	return text + "."
}

// story says what a trouble was, what the library did, and what else could have happened.
func (b *trouble) story(c cloud) string {
	n := count(b.instances, "instance")
	if b.lost() {
		return b.lostStory(c, n)
	}
	if !b.repeated {
		return ""
	}
	if b.api == provider.APIRunInstances {
		return fmt.Sprintf("%s refused the create of %s for now (%s). It went out again later. A caller who gives up has"+
			" %s fewer.", c.name, n, b.outcome, n)
	}
	if b.api == provider.APIDescribeInstances {
		return fmt.Sprintf("%s failed to describe %s. The wait went on. A caller who takes that for the end loses"+
			" sight of %s.", c.name, n, n)
	}
	if b.api == provider.APITerminateInstances {
		return fmt.Sprintf("%s refused to release %s for now. It was repeated. A caller who gives up goes on paying for"+
			" %s.", c.name, n, n)
	}
	return fmt.Sprintf("%s failed a call about %s. It was repeated.", c.name, n)
}

// lostStory is the story of a create whose answer was lost.
func (b *trouble) lostStory(c cloud, n string) string {
	text := fmt.Sprintf("%s lost its answer to the create of %s. ", c.name, n)
	again := " A new create could have made " + n + " more."
	switch {
	case b.repeated && c.tokens:
		return text + "The same client token went out again and got the IDs." + again
	case b.repeated:
		return text + "A search by the marker in the names found nothing, and another create went out."
	case b.found:
		return text + "A search by the marker in the names found what it had made." + again
	}
	return text + "The run ended before it was known what it had made."
}

// proof compares what was wanted with what the simulated clouds have made, by their own books.
func (j *job) proof() string {
	if j.sim == nil {
		return ""
	}
	wanted := 0
	for _, r := range j.runs {
		if r.op != nil {
			wanted += r.spec.Count
		}
	}
	made, alive := len(j.sim.sim.Everything()), len(j.sim.sim.Instances())
	return fmt.Sprintf("By their own books the clouds made %s for %d wanted, %d too many; %d exist now.",
		count(made, "instance"), wanted, max(made-wanted, 0), alive)
}
