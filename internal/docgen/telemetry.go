package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

const telemetryHead = `# Logs, spans and metrics

Made by ` + "`go run ./internal/docgen`" + ` from the table of ` + "`internal/telemetry`" + `; do not edit. A test compares the table with
everything that a run of all features emits.

` + "`provider.Options`" + ` has three readers, each nil by default: ` + "`Logger`" + ` (` + "`*slog.Logger`" + `), ` + "`Tracer`" + ` (OpenTelemetry's
` + "`trace.TracerProvider`" + `) and ` + "`Meter`" + ` (` + "`metric.MeterProvider`" + `). The library uses the API of OpenTelemetry only: the program
chooses the SDK and the exporter. The instrumentation scope is ` + "`github.com/yunfan-cloud/yunfan/provider`" + `. What nobody reads costs
no allocation.

Nothing here holds a parameter, a URL, a body, a message of the vendor or the text of an error. A code or an ID of a request that
does not look like one (letters, digits and ` + "`._-:/`" + `, at most 80) is left out.

Names and the closed sets of values are part of the interface: a change is in CHANGELOG.md.

- Describe calls of one ` + "`Poller`" + ` serve the waits of all clients that share it. The client that used the Poller first for its cloud
  records them: their spans, records and metrics. Everything else is recorded by the client that it is about.
- A describe call that serves waits has a root span with a link to each of them, at most 128. A wait without a span is not linked.
- A meter that cannot make an instrument breaks nothing: the metric is left out, and one record says so.
- A wait that ends, however it ends, takes its instances out of ` + "`yunfan.instances.pending`" + `.

## Metrics

Each metric also has ` + "`cloud.provider` and `yunfan.cloud`" + `, which have one value each for a client. Series are those of one client, at most.
None has a region, an instance, an operation, an account or a code of a vendor.

`

// telemetryPage is TELEMETRY.md.
func telemetryPage() string {
	var b strings.Builder
	b.WriteString(telemetryHead)
	table(&b, "Name", "Kind", "Unit", "Attributes", "Series", "What it is")
	for _, m := range telemetry.Metrics {
		b.WriteString(line([]string{
			code(m.Name), string(m.Kind), code(m.Unit), dimensions(&m), fmt.Sprint(m.Series()), m.Text,
		}))
	}
	b.WriteString("\nBoundaries of the histograms:\n\n")
	for _, m := range telemetry.Metrics {
		if len(m.Bounds) > 0 {
			fmt.Fprintf(&b, "- %s: %s\n", code(m.Name), strings.Trim(fmt.Sprint(m.Bounds), "[]"))
		}
	}
	valuesOfMetrics(&b)
	spansAndRecords(&b)
	return b.String()
}

// dimensions names the attributes of a metric.
func dimensions(m *telemetry.Metric) string {
	var keys []string
	for _, d := range m.Dimensions {
		keys = append(keys, code(d.Key))
	}
	return strings.Join(keys, ", ")
}

// valuesOfMetrics writes the sets of values: by key, and by metric where they differ.
func valuesOfMetrics(b *strings.Builder) {
	sets := map[string][]string{} // metrics, by key and values
	for _, m := range telemetry.Metrics {
		for _, d := range m.Dimensions {
			set := code(d.Key) + " | " + codes(d.Values)
			sets[set] = append(sets[set], code(m.Name))
		}
	}
	b.WriteString("\n### Values\n\n")
	table(b, "Attribute", "Values", "In")
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		fmt.Fprintf(b, "| %s | %s |\n", set, strings.Join(sets[set], ", "))
	}
	b.WriteString("\nThe class of `yunfan.creates` is only there when instances are missing. " +
		"A call that no package of the library makes is `other`.\n")
}

// spansAndRecords writes the tables about spans and log records.
func spansAndRecords(b *strings.Builder) {
	b.WriteString("\n## Spans\n\nThe span of a method has those of its calls, searches and releases as children. " +
		"The outcome of a span that is no call is `ok` or `failed`.\n\n")
	table(b, "Name", "Kind", "Attributes", "What it is")
	for _, s := range telemetry.Spans {
		b.WriteString(line([]string{code(s.Name), s.Kind, codes(s.Keys), s.Text}))
	}
	b.WriteString("\n### Attributes\n\n")
	table(b, "Key", "Type", "Values", "What it is")
	for _, a := range telemetry.Attributes {
		b.WriteString(line([]string{code(a.Key), a.Type, codes(a.Values), a.Text}))
	}
	b.WriteString("\n## Log records\n\n")
	table(b, "Message", "Level", "Keys", "What it is")
	for _, r := range telemetry.Records {
		b.WriteString(line([]string{code(r.Message), r.Levels, codes(r.Keys), r.Text}))
	}
	b.WriteString("\n### Keys\n\n")
	table(b, "Key", "Type", "What it is")
	for _, k := range telemetry.LogKeys {
		b.WriteString(line([]string{code(k.Key), k.Type, k.Text}))
	}
}

// table writes the head of a table.
func table(b *strings.Builder, heads ...string) {
	b.WriteString(line(heads) + "|" + strings.Repeat("---|", len(heads)) + "\n")
}

// codes returns words as they are written in a table.
func codes(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, code(s))
	}
	return strings.Join(out, ", ")
}
