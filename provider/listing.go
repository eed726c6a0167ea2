package provider

import (
	"context"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/pages"
)

// listing reads every page of a describe request and yields every instance once.
type listing struct {
	c     *Client
	req   *DescribeRequest
	yield func(Instance, error) bool

	// takesShort yields the instances of a short answer, and records that it was short.
	// Without it a short answer is repeated, and then becomes an error.
	takesShort bool
	strict     bool // a page that repeats others is short: for looks that prove absence
	once       bool // no call is repeated
	short      bool
	behind     bool // the short answer was a page behind others

	// shown holds the yielded IDs, where an instance may come twice: pages counted by offset
	// shift while instances are created and released.
	shown map[string]struct{}
}

// all reads the list. It also reads the whole region where the cloud may silently have cut a
// list by tags. It returns false when the loop is over.
func (l *listing) all(ctx context.Context) bool {
	limit := l.c.limits.TagFilterCap
	capped := limit > 0 && len(l.req.Tags) > 0
	if !capped {
		return l.read(ctx)
	}
	l.shown = map[string]struct{}{}
	// The cloud may cut the list before it applies the other filters. Then the number
	// of instances before the cut is not known.
	if countable := l.req.Name == "" && !l.req.Running; countable {
		l.takesShort = true
		goesOn := l.read(ctx)
		whole := len(l.shown) < limit && !l.short
		if !goesOn || whole {
			return goesOn
		}
	}
	l.takesShort = false
	wanted, yield := *l.req, l.yield
	l.req = &DescribeRequest{Region: wanted.Region, Name: wanted.Name, For: wanted.For}
	l.yield = func(i Instance, err error) bool {
		if err == nil && !wanted.Matches(&i) {
			return true
		}
		return yield(i, err)
	}
	return l.read(ctx)
}

// read reads every page of the request. A later page that is short may lack instances that an
// earlier page should have shown. The list is then read again from its beginning.
func (l *listing) read(ctx context.Context) (goesOn bool) {
	err := l.repeat(ctx, func(error) bool { return l.behind }, func(ctx context.Context) (err error) {
		l.req.PageToken, l.behind = "", false
		goesOn, err = l.pages(ctx)
		return err
	})
	if err != nil {
		l.yield(Instance{}, err)
		return false
	}
	return goesOn
}

// repeat makes a call, and repeats it while that helps, unless once is set.
func (l *listing) repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) error {
	if l.once {
		return call(ctx)
	}
	return l.c.repeat(ctx, again, call)
}

// pages reads every page once. It returns false when the loop is over.
func (l *listing) pages(ctx context.Context) (goesOn bool, err error) {
	var watch pages.Watch
	for {
		page, err := l.page(ctx)
		if err != nil {
			return false, err
		}
		if page.NextPage != "" && l.shown == nil {
			l.shown = map[string]struct{}{}
		}
		rows := page.Instances
		repeats, wrong := watch.Page(len(rows), func(n int) string { return rows[n].ID }, page.NextPage)
		if repeats && l.strict && wrong == "" {
			wrong = "a page shows instances of an earlier one: it may lack others"
		}
		if wrong != "" {
			l.behind = true
			return false, l.c.senseless(page, wrong)
		}
		for n := range page.Instances {
			if !l.show(&page.Instances[n]) {
				return false, nil
			}
		}
		if page.NextPage == "" {
			return true, nil
		}
		l.req.PageToken = page.NextPage
	}
}

// page reads one page, and repeats the call while that helps.
func (l *listing) page(ctx context.Context) (page *DescribePage, err error) {
	again := func(err error) bool { return passes(err) && !l.behind }
	err = l.repeat(ctx, again, func(ctx context.Context) (err error) {
		page, err = l.c.describePage(ctx, l.req)
		if err == nil && l.lacks(page) {
			l.short = true
			if !l.takesShort {
				l.behind = l.req.PageToken != ""
				return l.c.shortList(page)
			}
		}
		return err
	})
	return page, err
}

// lacks reports whether a page is short. A page by IDs that shows all of them is not short.
func (l *listing) lacks(page *DescribePage) bool {
	byIDs := len(l.req.IDs) > 0
	if !page.Short || !byIDs {
		return page.Short
	}
	shown := make(map[string]bool, len(page.Instances))
	for n := range page.Instances {
		shown[page.Instances[n].ID] = true
	}
	return slices.ContainsFunc(l.req.IDs, func(id string) bool { return !shown[id] })
}

// show yields an instance that was not yielded before.
func (l *listing) show(i *Instance) bool {
	if l.shown != nil {
		if _, again := l.shown[i.ID]; again {
			return true
		}
		l.shown[i.ID] = struct{}{}
	}
	return l.yield(*i, nil)
}
