package ens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// runInstances serves RunInstances. Its answer, unlike that of CreateInstance,
// has a flat list of IDs and no Code.
func (e *api) runInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	values, err := flatten(k.Params)
	if err != nil {
		return nil, err
	}
	p := e.params(values)
	p.Required("InstanceType")
	p.Required("Amount")
	plan := &runPlan{p: p, amount: p.Number("Amount", 1, 1, 100), region: e.checkArea(p), charge: checkCharge(p)}
	if p.Has("SystemDisk.Size") {
		checkDisk(p, "SystemDisk.Size")
	}
	p.Number("InternetMaxBandwidthOut", 0, 0, 1<<20)
	p.Number("Ipv6AddressCount", 0, 0, 10)
	p.Flag("DeletionProtection")
	p.ID("SecurityId")
	p.ID("NetWorkId")
	plan.release = checkRelease(p, k.Now)
	plan.tags = p.Tags(20)
	e.checkCreate(k, plan, 16)
	ids, err := e.launch(k, plan)
	if err != nil {
		return nil, err
	}
	flat := []any{}
	for _, id := range e.Service.Answered(k, ids, instanceID) {
		flat = append(flat, id)
	}
	return alibaba.Object{{"OrderId", fmt.Sprint(firstOrder + int64(e.Service.LastCreate()))}, {"InstanceIds", flat}},
		nil
}

// checkArea reads the place of the instances: a node, or an area in which the cloud
// chooses the node.
func (e *api) checkArea(p *alibaba.Params) string {
	p.Required("ScheduleAreaLevel")
	p.Choice("SchedulingStrategy", "Concentrate", "concentrate", "Disperse", "disperse")
	p.Choice("SchedulingPriceStrategy", "PriceHighPriority", "PriceLowPriority")
	if p.Choice("ScheduleAreaLevel", "Region", "Big", "Middle", "Small") == "Region" {
		if strings.EqualFold(p.Text("SchedulingStrategy"), "Disperse") {
			p.Bad("SchedulingStrategy", "Concentrate with ScheduleAreaLevel=Region")
		}
		p.Required("EnsRegionId")
		return e.node(p)
	}
	p.Required("NetDistrictCode")
	p.Required("Carrier")
	for _, name := range []string{"EnsRegionId", "VSwitchId", "NetWorkId", "PrivateIpAddress"} {
		if p.Has(name) {
			p.Bad(name, "it only with ScheduleAreaLevel=Region")
		}
	}
	return "cn-" + p.ID("NetDistrictCode") + "-" + p.ID("Carrier")
}

func checkCharge(p *alibaba.Params) core.Charge {
	p.Required("InstanceChargeType")
	spot := p.Choice("SpotStrategy", "NoSpot", "SpotAsPriceGo", "SpotWithPriceLimit")
	p.Number("SpotDuration", 1, 0, 1)
	p.Flag("AutoRenew")
	switch {
	case p.Choice("InstanceChargeType", "PostPaid", "PrePaid") == "PrePaid":
		p.Required("Period")
		if p.Choice("PeriodUnit", "Month", "Day") == "Day" {
			p.OneOf("Period", 3)
		} else {
			p.OneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
		}
		return core.Prepaid
	case spot != "NoSpot":
		return core.Spot
	default:
		return core.Postpaid
	}
}

func checkRelease(p *alibaba.Params, now time.Time) time.Time {
	s := p.Text("AutoReleaseTime")
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(alibaba.TimeFormat, s)
	if err != nil || !at.After(now) {
		p.Bad("AutoReleaseTime", "yyyy-MM-ddTHH:mm:ssZ in the future")
	}
	return at
}

// flatten rewrites disks in JSON text, SystemDisk={"Size":40} and
// DataDisk=[{"Size":20}], to the flat names. It is not verified which form the real
// service prefers; clients of both kinds exist.
func flatten(params map[string]string) (map[string]string, *alibaba.Refusal) {
	out := maps.Clone(params)
	if text := params["SystemDisk"]; text != "" {
		var disk map[string]any
		if !decodeJSON(text, &disk) {
			return nil, invalid("SystemDisk")
		}
		put(out, "SystemDisk.", disk)
		delete(out, "SystemDisk")
	}
	if text := params["DataDisk"]; text != "" {
		var disks []map[string]any
		if !decodeJSON(text, &disks) {
			return nil, invalid("DataDisk")
		}
		for i, disk := range disks {
			put(out, "DataDisk."+strconv.Itoa(i+1)+".", disk)
		}
		delete(out, "DataDisk")
	}
	return out, nil
}

// decodeJSON decodes text; sizes may be numbers or strings.
func decodeJSON(text string, into any) bool {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	return d.Decode(into) == nil
}

func put(out map[string]string, prefix string, object map[string]any) {
	for name, value := range object {
		if s := fmt.Sprint(value); value != nil && s != "" {
			out[prefix+name] = s
		}
	}
}
