package aliyun

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TestBillingReplacesThatOfATemplate: what a billing mode means does not depend on
// the template that it is said over. A period without a unit is in months.
func TestBillingReplacesThatOfATemplate(t *testing.T) {
	sim := cloudsim.New(nil)
	c := simClient(t, sim)
	l := templates(t, c)
	month := provider.Billing{Mode: provider.Prepaid, Period: 1}
	for name, tc := range map[string]struct {
		kept, said provider.Billing
		charge     cloudsim.Charge
		want       map[string]string
	}{
		"a month over a week": {
			provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Week},
			month,
			cloudsim.Prepaid,
			map[string]string{"Period": "1", "PeriodUnit": "Month"},
		},
		"a month over a bid": {
			provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{MaxPrice: "0.97"}},
			month,
			cloudsim.Prepaid,
			map[string]string{"Period": "1", "SpotStrategy": "NoSpot"},
		},
		"a week over nothing": {
			provider.Billing{},
			provider.Billing{Mode: provider.Prepaid, Period: 3, PeriodUnit: provider.Week},
			cloudsim.Prepaid,
			map[string]string{"Period": "3", "PeriodUnit": "Week"},
		},
		"on demand over a bid": {
			provider.Billing{Mode: provider.Spot},
			provider.Billing{Mode: provider.OnDemand},
			cloudsim.Postpaid,
			map[string]string{"SpotStrategy": "NoSpot"},
		},
		"a dedicated host over a bid": {
			provider.Billing{Mode: provider.Spot},
			provider.Billing{Mode: provider.DedicatedHost},
			cloudsim.Postpaid,
			map[string]string{"SpotStrategy": "NoSpot", "Tenancy": "host"},
		},
		"what nothing is said of": {
			provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Week},
			provider.Billing{},
			cloudsim.Prepaid,
			map[string]string{"Period": "2", "PeriodUnit": "Week"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-1", Spec: provider.RunInstancesSpec{
				ImageID: "image-1", InstanceType: "ecs.g6.large", Billing: tc.kept,
			}})
			if err != nil {
				t.Fatal(err)
			}
			ref := provider.LaunchTemplateRef{ID: id}
			defer func() {
				if err := l.Delete(t.Context(), "", ref); err != nil {
					t.Error(err)
				}
			}()
			op, err := c.RunInstances(t.Context(), provider.RunInstancesSpec{LaunchTemplate: &ref, Billing: tc.said}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range sim.Instances() {
				if i.ID != op.InstanceIDs()[0] {
					continue
				}
				if i.Charge != tc.charge {
					t.Errorf("the instance is %s, want %s", i.Charge, tc.charge)
				}
				for param, want := range tc.want {
					if got := i.Params[param]; got != want {
						t.Errorf("%s is %q, want %q", param, got, want)
					}
				}
			}
		})
	}
}
