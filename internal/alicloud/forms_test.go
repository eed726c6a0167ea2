package alicloud

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestNamesLeaveRoomForTheirNumbers(t *testing.T) {
	for name, tc := range map[string]struct {
		spec provider.RunInstancesSpec
		want string // a part of the error; "" means none
	}{
		"as long as it may be": {provider.RunInstancesSpec{Name: strings.Repeat("n", 125)}, ""},
		"one too long":         {provider.RunInstancesSpec{Name: strings.Repeat("n", 126)}, "at most 125"},
		"four digits":          {provider.RunInstancesSpec{Name: strings.Repeat("n", 125), Count: 1000}, "at most 124"},
		"host name":            {provider.RunInstancesSpec{HostName: strings.Repeat("h", 62)}, "at most 61"},
		"host name on Windows": {provider.RunInstancesSpec{HostName: strings.Repeat("h", 13), ImageID: "win2019_x64"}, "at most 12"},
	} {
		tc.spec.UniqueSuffix = true
		c := provider.Checker{Driver: "test"}
		CheckSuffix(&c, &tc.spec)
		got := ""
		if err := c.Err(); err != nil {
			got = err.Error()
		}
		if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: got %q, want an error with %q", name, got, tc.want)
		}
	}
	c := provider.Checker{}
	CheckSuffix(&c, &provider.RunInstancesSpec{Name: strings.Repeat("n", 128)})
	if err := c.Err(); err != nil {
		t.Errorf("without numbers: got %v, want none", err)
	}
}

func TestWindowsHasItsOwnHostNames(t *testing.T) {
	for host, want := range map[string]string{
		"web-1": "", "web.1": "must not contain .", "12345": "digits alone", "abcdefghijklmnop": "at most 15",
	} {
		c := provider.Checker{Driver: "test"}
		CheckWindowsHost(&c, host, host)
		got := ""
		if err := c.Err(); err != nil {
			got = err.Error()
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want an error with %q", host, got, want)
		}
	}
}
