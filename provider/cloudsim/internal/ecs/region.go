package ecs

import (
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// regions are those of the vendor's lists of regions and endpoints, and the closed ones
// (finance, government, tests) of the table of endpoints in the vendor's SDK.
func regions() []core.Region {
	return core.RegionList(`
		cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu cn-hangzhou cn-shanghai cn-nanjing cn-fuzhou
		cn-wuhan-lr cn-zhengzhou-jva cn-shenzhen cn-heyuan cn-guangzhou cn-chengdu cn-hongkong
		ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-southeast-6
		ap-southeast-7 ap-south-1 us-east-1 us-west-1 us-southeast-1 na-south-1 eu-west-1 eu-central-1
		me-east-1 me-central-1

		cn-beijing-finance-1 cn-hangzhou-finance cn-shanghai-finance-1 cn-shenzhen-finance-1 cn-north-2-gov-1
		cn-beijing-gov-1 cn-beijing-finance-pop cn-hongkong-finance-pop ap-northeast-2-pop rus-west-1-pop eu-west-1-oxs
		cn-beijing-nu16-b01 cn-edge-1 cn-fujian cn-haidian-cm12-c01 cn-hangzhou-bj-b01 cn-hangzhou-internal-prod-1
		cn-hangzhou-internal-test-1 cn-hangzhou-internal-test-2 cn-hangzhou-internal-test-3 cn-hangzhou-test-306
		cn-huhehaote-nebula-1 cn-shanghai-et15-b01 cn-shanghai-et2-b01 cn-shanghai-inner cn-shanghai-internal-test-1
		cn-shenzhen-inner cn-shenzhen-st4-d01 cn-shenzhen-su18-b01 cn-wuhan cn-yushanfang cn-zhangbei
		cn-zhangbei-na61-b01 cn-zhangjiakou-na62-a01 cn-zhengzhou-nebula-1`)
}

// localNames are the names that the reference gives some regions. The others are shown by ID.
var localNames = map[string]string{
	"cn-qingdao":     "华北1（青岛）",
	"cn-beijing":     "华北2（北京）",
	"cn-zhangjiakou": "华北3（张家口）",
	"cn-hangzhou":    "华东1（杭州）",
	"cn-shenzhen":    "华南1（深圳）",
	"ap-southeast-1": "新加坡",
	"us-west-1":      "美国（硅谷）",
}

// checkRegion refuses a call to a region that does not exist.
func (e *api) checkRegion(k *core.Call) *alibaba.Refusal {
	if k.Region == "" || e.Service.Knows(k.Region) {
		return nil
	}
	return invalid("RegionId")
}

// zoneFits reports whether a zone has the name of its region and a letter, as in
// cn-hangzhou-g and us-west-1a.
func zoneFits(region, zone string) bool {
	rest, ok := strings.CutPrefix(zone, region)
	letter := strings.TrimPrefix(rest, "-")
	return ok && len(letter) == 1 && letter >= "a" && letter <= "z"
}

// zoneOf returns the zone that the cloud chooses: cn-hangzhou-a, us-west-1a.
func (e *api) zoneOf(region string) string {
	for _, r := range e.Service.Config.Regions {
		if r.ID == region && len(r.Zones) > 0 {
			return r.Zones[0]
		}
	}
	if last := region[len(region)-1]; last >= '0' && last <= '9' {
		return region + "a"
	}
	return region + "-a"
}
