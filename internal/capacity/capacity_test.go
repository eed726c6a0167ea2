package main

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The chapter of DESIGN.md has the computed tables.
func TestDesignHasTheTables(t *testing.T) {
	design, err := os.ReadFile("../../DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"accounts": accounts(list), "a million a day": million(list)} {
		for part := range strings.SplitSeq(table, "\n\n") {
			if !strings.Contains(string(design), strings.TrimSpace(part)) {
				t.Errorf("DESIGN.md lacks this table of %s; go run ./internal/capacity prints it:\n%s", name, part)
			}
		}
	}
}

// The tightest rate is found by hand for one cloud of each kind.
func TestTheTightestRateIsFound(t *testing.T) {
	list, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	qingcloud := list[3].Limits()
	for _, c := range []struct {
		l    launch
		keep bool
		want bound
	}{
		// 1 create, 22.9 describes, 1 release: 24.9 of 2,000 calls.
		{launch{100, 22.9}, true, bound{2000 / 24.9 * 100, "all calls"}},
		// 100 renames of three quarters of 2,000, which is less than 124.9 of 2,000 let through.
		{launch{100, 22.9}, false, bound{1500, "renames"}},
	} {
		got := c.l.tightest(&qingcloud, c.keep)
		if got.what != c.want.what {
			t.Errorf("the tightest of %+v is %s, want %s", c.l, got.what, c.want.what)
		}
		if d := got.hourly - c.want.hourly; d < -1 || d > 1 {
			t.Errorf("%s lets through %.0f instances an hour, want %.0f", got.what, got.hourly, c.want.hourly)
		}
	}
}
