package launchtemplate_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// keeper is a driver with launch templates, of which only the table is asked.
type keeper struct {
	*fakedriver.Cloud
	launchtemplate.Driver
}

// TemplateSupport says something else than the table for creates.
func (keeper) TemplateSupport() provider.Support {
	return provider.NewSupport("fake", []provider.Field{
		provider.To("ImageID", "KeptImage"), provider.Refused("Count", "a template has no count"),
	})
}

func TestSupport(t *testing.T) {
	l, err := launchtemplate.Of(provider.NewClient(keeper{Cloud: fakedriver.New()}, nil))
	if err != nil {
		t.Fatal(err)
	}
	s := l.Support()
	switch {
	case s.Driver() != "fake":
		t.Errorf("s.Driver(): got %q, want %q", s.Driver(), "fake")
	case s.Field("ImageID").Param != "KeptImage":
		t.Errorf("s.Field('ImageID').Param: got %q, want %q", s.Field("ImageID").Param, "KeptImage")
	case s.Field("Count").Reason != "a template has no count":
		t.Errorf("s.Field('Count').Reason: got %q, want %q", s.Field("Count").Reason, "a template has no count")
	}
}
