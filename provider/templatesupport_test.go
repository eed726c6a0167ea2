package provider_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// keeper is a driver with launch templates, of which only the table is asked.
type keeper struct {
	*fake
	provider.LaunchTemplateDriver
}

// TemplateSupport says something else than the table for creates.
func (keeper) TemplateSupport() provider.Support {
	return provider.NewSupport("fake", []provider.Field{
		provider.To("ImageID", "KeptImage"), provider.Refused("Count", "a template has no count"),
	})
}

func TestTemplateSupport(t *testing.T) {
	s, ok := provider.NewClient(keeper{fake: newFake()}, nil).TemplateSupport()
	if !ok || s.Driver() != "fake" || s.Field("ImageID").Param != "KeptImage" || s.Field("Count").Reason != "a template has no count" {
		t.Errorf("the table is %v, %v; want that of the driver's templates", s.Fields(), ok)
	}
	if s, ok := provider.NewClient(newFake(), nil).TemplateSupport(); ok || len(s.Fields()) != 0 {
		t.Errorf("a cloud without templates has a table for them: %v", s.Fields())
	}
}
