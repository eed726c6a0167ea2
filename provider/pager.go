package provider

// pager finds out when the pages of a list contradict each other. The zero value is for
// the first page.
type pager struct {
	tokens map[string]bool // of the pages so far
	ids    map[string]bool // shown by them
	stale  int             // pages in a row that showed nothing new
}

// staleAtMost is how many pages in a row may show nothing new. Lists that are counted by
// offset drift by a few rows, not by whole pages.
const staleAtMost = 2

// turn takes in a page. It reports whether the page repeats an instance of an earlier one,
// and what is wrong with the list, "" if nothing is.
func (p *pager) turn(page *DescribePage) (repeats bool, wrong string) {
	if p.ids == nil && page.NextPage == "" {
		return false, "" // a list of one page
	}
	if p.ids == nil {
		p.tokens, p.ids = map[string]bool{}, map[string]bool{}
	}
	fresh := false
	for n := range page.Instances {
		known := p.ids[page.Instances[n].ID]
		repeats = repeats || known
		fresh = fresh || !known
	}
	for n := range page.Instances {
		p.ids[page.Instances[n].ID] = true
	}
	p.stale++
	if fresh || len(page.Instances) == 0 {
		p.stale = 0
	}
	again := page.NextPage != "" && p.tokens[page.NextPage]
	p.tokens[page.NextPage] = true
	switch {
	case again:
		return repeats, "the pages of the list go in a circle"
	case p.stale > staleAtMost && page.NextPage != "":
		return repeats, "the list goes on, and its pages show nothing new"
	}
	return repeats, ""
}
