package provider_test

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A program gives the client its meter provider: here one that is read by hand. An exporter, for
// example for Prometheus, is another reader of the same provider.
func ExampleOptions_meter() {
	reader := metric.NewManualReader()
	client := provider.NewClient(newFake(), &provider.Options{
		Region: "region-1",
		Meter:  metric.NewMeterProvider(metric.WithReader(reader)),
	})
	ctx := context.Background()
	spec := provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small", Count: 3}
	if _, err := client.RunInstances(ctx, spec, nil); err != nil {
		fmt.Println(err)
		return
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &all); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range all.ScopeMetrics[0].Metrics {
		if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "yunfan.creates" {
			p := sum.DataPoints[0]
			fmt.Println(m.Name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Value)
		}
	}
	// Output: yunfan.creates cloud.provider=fake,yunfan.cloud=fake,yunfan.outcome=created 3
}
