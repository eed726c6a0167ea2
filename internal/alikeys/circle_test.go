package alikeys

import (
	"fmt"
	"testing"
)

// Profiles that name each other as their source: the error shows the circle, from wherever it is entered.
func TestProfilesInACircle(t *testing.T) {
	home := clean(t)
	link := func(name, source string) p {
		return p{"name": name, "mode": "ChainableRamRoleArn", "ram_role_arn": "arn", "source_profile": source}
	}
	path := cliFile(t, home, "a", link("a", "b"), link("b", "a"), link("start", "a"), link("one", "two"),
		p{"name": "two", "mode": "RamRoleArn", "ram_role_arn": "arn", "source_profile": "one"})
	for name, want := range map[string]string{
		"a": "a → b → a", "b": "b → a → b", "start": "circle: a → b → a", "one": "one → two → one",
	} {
		wantError(t, Profile(name, Options{Transport: nobody()}), want, "file "+path)
	}

	var line []p
	for i := range 20 {
		line = append(line, link(fmt.Sprint("p", i), fmt.Sprint("p", i+1)))
	}
	cliFile(t, home, "p0", append(line, p{"name": "p20", "mode": "AK"}.pair())...)
	wantID(t, Profile("p0", Options{Transport: working()}), "AssumeRole/arn")
}
