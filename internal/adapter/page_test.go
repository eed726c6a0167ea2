package adapter

import "testing"

func TestAPageContradictsItself(t *testing.T) {
	total := func(n int) *int { return &n }
	ids := func(list ...string) []string { return list }
	for name, tc := range map[string]struct {
		page Page
		want bool
	}{
		"all that was asked for":       {Page{Asked: ids("a", "b"), Shown: ids("b", "a"), Total: total(2)}, false},
		"no total":                     {Page{Asked: ids("a", "b"), Shown: ids("a")}, false},
		"an ID is asked for twice":     {Page{Asked: ids("a", "a"), Shown: ids("a"), Total: total(1)}, false},
		"fewer, and the total agrees":  {Page{Asked: ids("a", "b"), Shown: ids("a"), Total: total(1)}, false},
		"nothing, and the total is 0":  {Page{Asked: ids("a"), Total: total(0)}, false},
		"fewer than the total":         {Page{Asked: ids("a", "b"), Shown: ids("a"), Total: total(2)}, true},
		"nothing, and the total is 1":  {Page{Asked: ids("a"), Total: total(1)}, true},
		"more than the total":          {Page{Asked: ids("a", "b"), Shown: ids("a", "b"), Total: total(1)}, true},
		"an instance twice":            {Page{Asked: ids("a", "b"), Shown: ids("a", "a"), Total: total(2)}, true},
		"an instance nobody asked for": {Page{Asked: ids("a"), Shown: ids("c")}, true},
		"a further page":               {Page{Asked: ids("a"), Shown: ids("a"), More: true}, true},
		"a list":                       {Page{Shown: ids("a", "b"), Total: total(9), More: true}, false},
		"an instance twice in a list":  {Page{Shown: ids("a", "a")}, true},
	} {
		if got := tc.page.Contradicts(); got != tc.want {
			t.Errorf("%s: Contradicts() = %v, want %v", name, got, tc.want)
		}
	}
}

func TestThePageAfterAnOffset(t *testing.T) {
	total := func(n int) *int { return &n }
	for name, tc := range map[string]struct {
		offset, rows int
		total        *int
		token        string
		short        bool
	}{
		"the first of two":                      {0, 3, total(5), "3", false},
		"the second of two":                     {3, 2, total(5), "", false},
		"smaller than asked for, and more":      {0, 2, total(5), "2", false},
		"full, and all":                         {0, 3, total(3), "", false},
		"full, without a total":                 {0, 3, nil, "3", false},
		"not full, without a total":             {3, 2, nil, "", false},
		"full, and a total below what was seen": {3, 3, total(4), "6", false},
		"not full, and a total below":           {3, 2, total(4), "", true},
		"empty, and the total says more":        {3, 0, total(5), "", true},
		"empty, and the total agrees":           {3, 0, total(3), "", false},
		"empty, and nothing is counted":         {0, 0, total(0), "", false},
	} {
		page := Page{Shown: make([]string, tc.rows), Total: tc.total}
		token, short := page.NextOffset(tc.offset, 3)
		if token != tc.token {
			t.Errorf("%s: token %q, want %q", name, token, tc.token)
		}
		if short != tc.short {
			t.Errorf("%s: short %v, want %v", name, short, tc.short)
		}
	}
}

func TestATokenIsTheOffsetOfAPage(t *testing.T) {
	for token, want := range map[string]int{"": 0, "1": 1, "100": 100} {
		if got, err := Offset("mine", token); got != want || err != nil {
			t.Errorf("%q: got %d, %v, want %d", token, got, err, want)
		}
	}
	for _, token := range []string{"0", "-1", "x", "1.5", " 1"} {
		if got, err := Offset("mine", token); err == nil {
			t.Errorf("%q: got %d, want an error", token, got)
		}
	}
}
