package regions_test

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/regions"
)

func TestOf(t *testing.T) {
	for want, names := range map[regions.Form]string{
		regions.Alibaba: `cn-hangzhou cn-hongkong cn-wulanchabu cn-beijing-finance-1 cn-hangzhou-g ap-southeast-1 us-west-1 us-west-1a
			us-southeast-1 na-south-1 eu-central-1 me-east-1 rus-west-1-pop eu-west-1-oxs ap-southeast-1a`,
		regions.Edge:      "cn-wuxi-telecom_unicom_cmcc-2 cn-dalian-unicom cn-suzhou-telecom",
		regions.Tencent:   "ap-guangzhou ap-guangzhou-3 ap-shanghai-fsi ap-guangzhou-open na-siliconvalley eu-frankfurt sa-saopaulo eu-frankfurt-1",
		regions.QingCloud: "pek3a sh1a gd2 ap2a",
		"":                "hangzhou chongqing uz-tashkent my_cloud zone-1 region1-a PEK3A vn-hanoi-1 af-new",
	} {
		for name := range strings.FieldsSeq(names) {
			if got := regions.Of(name); got != want {
				t.Errorf("%s has the form of %q, want %q", name, got, want)
			}
		}
	}
}

func TestForeign(t *testing.T) {
	const want = "has the form of a region or zone of Alibaba Cloud: use one like ap-guangzhou"
	if got := regions.Foreign("cn-hangzhou", "ap-guangzhou", regions.Tencent); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, name := range []string{"ap-guangzhou", "", "mars"} {
		if got := regions.Foreign(name, "ap-guangzhou", regions.Tencent); got != "" {
			t.Errorf("%q: got %q, want nothing", name, got)
		}
	}
}
