package ens

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cities are where ENS has nodes. The vendor publishes no list of nodes, only examples, and
// tells each account its own (DescribeEnsRegions). Here a node belongs to a city of the
// examples or to the seat of a province, and has one of the forms of the examples.
func cities() []core.Region {
	return core.RegionList(`
		cn-beijing cn-shanghai cn-tianjin cn-chongqing cn-hongkong cn-shijiazhuang cn-taiyuan cn-huhehaote cn-shenyang
		cn-dalian cn-changchun cn-haerbin cn-nanjing cn-suzhou cn-wuxi cn-hangzhou cn-ningbo cn-hefei cn-fuzhou
		cn-xiamen cn-nanchang cn-jinan cn-qingdao cn-zhengzhou cn-wuhan cn-changsha cn-guangzhou cn-shenzhen
		cn-dongguan cn-foshan cn-nanning cn-haikou cn-chengdu cn-guiyang cn-kunming cn-lasa cn-xian cn-lanzhou
		cn-xining cn-yinchuan cn-wulumuqi`)
}

// nodesOf returns the nodes of a service besides those of its options: the nodes of the inventory
// that its options give, or else all of the cities.
func nodesOf(s *core.Service) []core.Region {
	if !s.Strict() {
		return cities()
	}
	var list []core.Region
	for _, z := range s.Inventory().Zones {
		list = append(list, core.Region{ID: z.ID})
	}
	return list
}

// nodeForm is what may follow a city: cn-beijing-15, cn-dalian-unicom,
// cn-wuxi-telecom_unicom_cmcc-2, and cn-hangzhou alone.
var nodeForm = regexp.MustCompile(`^(-(telecom|unicom|cmcc)(_(telecom|unicom|cmcc))*)?(-[0-9]{1,3})?$`)

// areaForm is the form of a node that the simulator chooses in an area.
var areaForm = regexp.MustCompile(`^cn-[0-9]{6}-[a-z]+$`)

// knowsNode reports whether a node exists.
func (e *api) knowsNode(node string) bool {
	if e.Service.Knows(node) || areaForm.MatchString(node) {
		return true
	}
	if e.Service.Strict() {
		return false
	}
	for _, r := range e.Service.Config.Regions {
		rest, ok := strings.CutPrefix(node, r.ID)
		if ok && nodeForm.MatchString(rest) {
			return true
		}
	}
	return false
}

// node reads EnsRegionId, and refuses a node that does not exist.
func (e *api) node(p *alibaba.Params) string {
	node := p.ID("EnsRegionId")
	if node != "" && !e.knowsNode(node) {
		p.Bad("EnsRegionId", "an ENS node that the simulator knows")
	}
	return node
}

// checkNodes refuses a list of nodes with one that does not exist. The form of the list is
// checked by its filter.
func (e *api) checkNodes(p *alibaba.Params) {
	var nodes []string
	if json.Unmarshal([]byte(p.Text("EnsRegionIds")), &nodes) != nil {
		return
	}
	for _, node := range nodes {
		if !e.knowsNode(node) {
			p.Bad("EnsRegionIds", "ENS nodes that the simulator knows")
		}
	}
}
