package tencent

import (
	"encoding/json"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// rawText is JSON text in place of a request.
type rawText []byte

func (r rawText) ToJsonString() string { return string(r) }

// addRest makes raw parameters of what the spec would not send.
func addRest(root map[string]any, spec *provider.RunInstancesSpec, opts *RunOptions) error {
	with := *spec
	with.Vendor = []provider.VendorOption{*opts}
	req, err := translateRun(&with)
	if err != nil {
		return err
	}
	sent, err := tree.Wire(req)
	if err != nil {
		return err
	}
	have, rest := map[string]any{}, map[string]any{}
	tree.Leaves(have, "", sent)
	tree.Leaves(rest, "", root)
	mapped := mappedParams()
	for name, v := range rest {
		if _, ok := have[name]; ok || isDefault(mapped, name, v, value(bandwidthOf(root))) {
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

// mappedParams returns the parameters that fields of the spec stand for, and others whose zero
// means the same as their absence. "N" stands for an index.
func mappedParams() map[string]bool {
	out := map[string]bool{"VirtualPrivateCloud.AsVpcGateway": true, "DataDisks.N.ThroughputPerformance": true}
	for _, f := range supportTable().Fields() {
		out[f.Param] = true
	}
	return out
}

// bandwidthOf finds the outbound bandwidth in a tree.
func bandwidthOf(root map[string]any) *int64 {
	object, _ := root["InternetAccessible"].(map[string]any)
	n, _ := object["InternetMaxBandwidthOut"].(json.Number)
	mbps, err := n.Int64()
	if err != nil {
		return nil
	}
	return &mbps
}

// isDefault reports whether a parameter that was read means the same as its absence: CVM answers
// zeros for many parameters that were never set.
func isDefault(mapped map[string]bool, name string, v any, mbps int64) bool {
	if v == "" {
		return true
	}
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if tree.IsIndex(step) {
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

// rawParam writes a leaf in the way that rawValue reads it.
func rawParam(v any) (string, error) {
	if s, ok := v.(string); ok && !json.Valid([]byte(s)) {
		return s, nil
	}
	out, err := json.Marshal(v)
	return string(out), err
}
