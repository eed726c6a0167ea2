package tencent

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// rawText is JSON that is one already.
type rawText []byte

func (r rawText) ToJsonString() string { return string(r) }

// addRest makes raw parameters of what the spec would not send.
func addRest(tree map[string]any, spec *provider.RunInstancesSpec, opts *RunOptions) error {
	with := *spec
	with.Vendor = []provider.VendorOption{*opts}
	req, err := translateRun(&with)
	if err != nil {
		return err
	}
	sent, err := wireTree(req)
	if err != nil {
		return err
	}
	have, rest := map[string]any{}, map[string]any{}
	leaves(have, "", sent)
	leaves(rest, "", tree)
	mapped := mappedParams()
	for name, v := range rest {
		if _, ok := have[name]; ok || isDefault(mapped, name, v, value(bandwidthOf(tree))) {
			continue
		}
		if opts.Params == nil {
			opts.Params = map[string]string{}
		}
		if opts.Params[name], err = rawParam(v); err != nil {
			return err
		}
	}
	return nil
}

// leaves writes the leaves of a tree under their flat names. Null says nothing.
func leaves(out map[string]any, prefix string, node any) {
	switch n := node.(type) {
	case nil:
	case map[string]any:
		for k, v := range n {
			leaves(out, join(prefix, k), v)
		}
	case []any:
		for i, v := range n {
			leaves(out, join(prefix, strconv.Itoa(i)), v)
		}
	default:
		out[prefix] = n
	}
}

// mappedParams are the parameters that fields of the spec stand for, "N" standing
// for an index, and the others whose zero says the same as their absence.
func mappedParams() map[string]bool {
	out := map[string]bool{"VirtualPrivateCloud.AsVpcGateway": true, "DataDisks.N.ThroughputPerformance": true}
	for _, f := range supportTable().Fields() {
		out[f.Param] = true
	}
	return out
}

// bandwidthOf finds the outbound bandwidth in a tree.
func bandwidthOf(tree map[string]any) *int64 {
	object, _ := tree["InternetAccessible"].(map[string]any)
	n, _ := object["InternetMaxBandwidthOut"].(json.Number)
	mbps, err := n.Int64()
	if err != nil {
		return nil
	}
	return &mbps
}

// isDefault tells whether a parameter that was read says the same as its absence.
// CVM answers with zeros for much that was never set.
func isDefault(mapped map[string]bool, name string, v any, mbps int64) bool {
	if v == "" {
		return true
	}
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if isIndex(step) {
			steps[i] = "N"
		}
	}
	switch known := strings.Join(steps, "."); {
	case !mapped[known]:
		return false
	case known == "InternetAccessible.PublicIpAssigned":
		return v == false && mbps == 0 // with bandwidth, the default is true
	case known == "LoginSettings.KeepImageLogin":
		s, _ := v.(string)
		return strings.EqualFold(s, "false")
	default:
		return v == false || v == json.Number("0")
	}
}

// rawParam writes a leaf so that [rawValue] reads the same.
func rawParam(v any) (string, error) {
	if s, ok := v.(string); ok && !json.Valid([]byte(s)) {
		return s, nil
	}
	out, err := json.Marshal(v)
	return string(out), err
}
