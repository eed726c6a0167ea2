package aliyun

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// stocks returns rows as short texts.
func stocks(rows []catalog.Stock) string {
	return texts(rows, func(s catalog.Stock) string {
		return fmt.Sprintf("%s/%s/%s=%s(%s)", s.Zone, s.InstanceType, s.Billing, s.Level, s.RawLevel)
	})
}

// The answer is that of the vendor's reference.
func TestStockOfTheSampleAnswer(t *testing.T) {
	var got wire
	rows := all(t, answered(t, &got, `{"RequestId":"r","AvailableZones":{"AvailableZone":[{"Status":"Available","RegionId":"cn-test-1",
		"AvailableResources":{"AvailableResource":[{"Type":"InstanceType","SupportedResources":{"SupportedResource":[
		{"Status":"Available","Value":"ecs.g5.large","StatusCategory":"WithStock"}]}}]},"ZoneId":"cn-test-1i","StatusCategory":"WithStock"}]}}`).
		Stock(t.Context(), catalog.StockQuery{}))
	same(t, "stock", fmt.Sprintf("%+v", rows), "[{Region:cn-test-1 Zone:cn-test-1i InstanceType:ecs.g5.large Billing:on-demand "+
		"Level:plenty RawLevel:WithStock Count:0 Counted:false Reason: SystemDiskGiB:0 DataDiskGiB:0 Price:price unknown Type:<nil>}]")
	same(t, "action", got.Action, "DescribeAvailableResource")
	checkTyped(t, ecs.DescribeAvailableResourceRequest{}, got.Params)
}

// stockZone returns an answer with one zone.
func stockZone(zone string, rows string) string {
	return `{"RequestId":"r","AvailableZones":{"AvailableZone":[{"ZoneId":"z",` + zone + `"AvailableResources":{"AvailableResource":[
		{"Type":"SystemDisk","SupportedResources":{"SupportedResource":[{"Value":"cloud_essd","Status":"Available"}]}},
		{"Type":"InstanceType","SupportedResources":{"SupportedResource":[` + rows + `]}}]}}]}}`
}

func TestStockLevels(t *testing.T) {
	for body, want := range map[string]string{
		stockZone("", `{"Value":"a","Status":"Available","StatusCategory":"WithStock"}`):                "z/a/on-demand=plenty(WithStock)",
		stockZone("", `{"Value":"a","Status":"Available","StatusCategory":"ClosedWithStock"}`):          "z/a/on-demand=low(ClosedWithStock)",
		stockZone("", `{"Value":"a","Status":"SoldOut","StatusCategory":"WithoutStock"}`):               "z/a/on-demand=none(WithoutStock)",
		stockZone("", `{"Value":"a","StatusCategory":"ClosedWithoutStock"}`):                            "z/a/on-demand=none(ClosedWithoutStock)",
		stockZone("", `{"Value":"a","Status":"SoldOut"}`):                                               "z/a/on-demand=none(SoldOut)",
		stockZone("", `{"Value":"a","Status":"Available"}`):                                             "z/a/on-demand=(Available)",
		stockZone("", `{"Value":"a","Status":"Available","StatusCategory":"NewWord"}`):                  "z/a/on-demand=(NewWord)",
		stockZone("", `{"Value":"a"},{"Value":null,"Status":"Available"},{"Status":"Available"}`):       "z/a/on-demand=()",
		stockZone(`"Status":"SoldOut",`, `{"Value":"a","Status":"Available"}`):                          "z/a/on-demand=none(Available)",
		stockZone(`"StatusCategory":"ClosedWithoutStock",`, `{"Value":"a","StatusCategory":"NewWord"}`): "z/a/on-demand=none(NewWord)",
		`{"RequestId":"r","AvailableZones":{"AvailableZone":[{"ZoneId":"z","AvailableResources":""}]}}`: "",
		`{"RequestId":"r"}`: "",
	} {
		var got wire
		rows := all(t, answered(t, &got, body).Stock(t.Context(), catalog.StockQuery{}))
		same(t, body, stocks(rows), want)
	}
}

func TestStockQueriesNarrowAtTheCloud(t *testing.T) {
	always := map[string]string{"RegionId": "cn-test-1", "DestinationResource": "InstanceType", "IoOptimized": "optimized"}
	for _, c := range []struct {
		query catalog.StockQuery
		want  map[string]string
	}{
		{catalog.StockQuery{}, map[string]string{"InstanceChargeType": "PostPaid", "SpotStrategy": "NoSpot"}},
		{catalog.StockQuery{Billing: provider.Prepaid}, map[string]string{"InstanceChargeType": "PrePaid"}},
		{catalog.StockQuery{Billing: provider.Spot}, map[string]string{"InstanceChargeType": "PostPaid", "SpotStrategy": "SpotAsPriceGo"}},
		{
			catalog.StockQuery{Zones: []string{"z"}, InstanceTypes: []string{"a"}},
			map[string]string{"InstanceChargeType": "PostPaid", "SpotStrategy": "NoSpot", "ZoneId": "z", "InstanceType": "a"},
		},
		{
			catalog.StockQuery{Zones: []string{"z", "y"}, InstanceTypes: []string{"a", "b"}},
			map[string]string{"InstanceChargeType": "PostPaid", "SpotStrategy": "NoSpot"},
		},
	} {
		var got wire
		all(t, answered(t, &got, `{"RequestId":"r"}`).Stock(t.Context(), c.query))
		maps.Copy(c.want, always)
		if !maps.Equal(got.Params, c.want) {
			t.Errorf("%+v: sent %v, want %v", c.query, got.Params, c.want)
		}
		checkTyped(t, ecs.DescribeAvailableResourceRequest{}, got.Params)
	}
	var got wire
	err := firstError(answered(t, &got, `{}`).Stock(t.Context(), catalog.StockQuery{Billing: provider.DedicatedHost}))
	var e *provider.FieldError
	if !errors.As(err, &e) || e.Path != "StockQuery.Billing" {
		t.Errorf("stock on dedicated hosts: got %v, want a FieldError about StockQuery.Billing", err)
	}
	if got.Action != "" {
		t.Errorf("%s was sent, want nothing", got.Action)
	}
}

func TestStockOfTheSimulatorAgreesWithItsCreates(t *testing.T) {
	sim, k := bound(t, nil)
	c := simClient(t, sim)
	stock := func(kind string) string {
		return stocks(all(t, k.Stock(t.Context(), catalog.StockQuery{InstanceTypes: []string{kind}})))
	}
	same(t, "sold out in one zone alone", stock("ecs.g6.large"), "cn-hangzhou-g/ecs.g6.large/on-demand=plenty(WithStock) "+
		"cn-hangzhou-h/ecs.g6.large/on-demand=none(WithoutStock) cn-hangzhou-i/ecs.g6.large/on-demand=plenty(WithStock)")
	same(t, "little, in one zone", stock("ecs.gn6i-c4g1.xlarge"), "cn-hangzhou-h/ecs.gn6i-c4g1.xlarge/on-demand=low(ClosedWithStock)")
	same(t, "not sold", stock("ecs.n1.small"), "")
	spec := listedSpec()
	spec.Zone, spec.Network.SubnetID = "cn-hangzhou-h", "vsw-bp1s5fnvk4gn2tws00002"
	if _, err := testRun(t, c, spec); !errors.Is(err, provider.ErrNoStock) {
		t.Errorf("a create of what is sold out: got %v, want ErrNoStock", err)
	}
	if err := sim.SetStock(cloudsim.ECS, "cn-hangzhou-h", "ecs.g6.large", 2); err != nil {
		t.Fatal(err)
	}
	if _, err := testRun(t, c, spec); err != nil {
		t.Errorf("a create after the stock was refilled: %v", err)
	}
}

// listedSpec is a spec whose parts are all in the simulator's own inventory.
func listedSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Count: 1, Zone: "cn-hangzhou-g", InstanceType: "ecs.g6.large", ImageID: "ubuntu_22_04_x64_20G_alibase_20231221.vhd",
		Network:    provider.Network{SubnetID: "vsw-bp1s5fnvk4gn2tws00001", SecurityGroupIDs: []string{"sg-bp15ed6xe1yxeycg70001"}},
		SystemDisk: provider.Disk{Type: "cloud_essd", SizeGiB: 40},
		Login:      provider.Login{KeyPairs: []string{"ops"}},
	}
}
