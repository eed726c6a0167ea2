package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// mostTried is how many types are tried on a cloud at most, when those before are out of stock.
const mostTried = 10

// chooseAll lets the catalog of each cloud choose the type of its instances, on all at the same time.
func (j *job) chooseAll(ctx context.Context, want catalog.Want) {
	j.each(func(r *cloudRun) { r.err = r.choose(ctx, want) })
}

// choose makes the first candidate the spec, and the next ones its alternatives.
func (r *cloudRun) choose(ctx context.Context, want catalog.Want) error {
	want.Spec = &r.spec
	found, err := catalog.Of(r.client).Candidates(ctx, want)
	if err != nil {
		return fmt.Errorf("%s: choosing a type: %w", r.cloud.name, err)
	}
	if len(found.Candidates) == 0 {
		return fmt.Errorf("%s: no type fits; %d were looked at%s", r.cloud.name, len(found.Rejected), nearMiss(found))
	}
	list := found.Candidates[:min(len(found.Candidates), mostTried)]
	r.chosen, r.others = &list[0], catalog.AlternativesOf(list[1:])
	r.spec = list[0].Apply(r.spec)
	return nil
}

// nearMiss says why one of the types was rejected.
func nearMiss(found *catalog.Choice) string {
	if len(found.Rejected) == 0 {
		return ""
	}
	last := found.Rejected[len(found.Rejected)-1]
	return fmt.Sprintf(", such as %s, which %s", last.InstanceType, last.Why)
}

// choices says what was chosen on each cloud, and what it costs.
func (j *job) choices() string {
	var b strings.Builder
	for _, r := range j.runs {
		if r.chosen == nil {
			fmt.Fprintf(&b, "%s: %v\n", r.cloud.name, r.err)
			continue
		}
		fmt.Fprintf(&b, "%s chooses %s: %s; %s\n", r.cloud.name, r.chosen.Type.ID, r.chosen.Why, r.cost())
	}
	return b.String()
}

// cost says what the instances cost an hour.
func (r *cloudRun) cost() string {
	price := r.chosen.Price
	all, ok := price.PerHour(r.spec.Count)
	if !ok {
		return "what they cost is unknown"
	}
	return strings.TrimSpace(fmt.Sprintf("%d cost %s %s", r.spec.Count, all, price.Currency)) + " an hour"
}
