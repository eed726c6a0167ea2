package clouds_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	list "github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

// foreign are regions and zones of other clouds, by cloud, and known are its own and those it may get.
var (
	foreign = map[string]string{
		"aliyun":    "ap-guangzhou na-ashburn pek3a cn-dalian-unicom",
		"ens":       "ap-guangzhou pek3a",
		"tencent":   "cn-hangzhou us-west-1 ap-southeast-1 pek3a cn-dalian-unicom",
		"qingcloud": "cn-hangzhou ap-guangzhou eu-central-1 cn-dalian-unicom",
	}
	known = map[string]string{
		"aliyun":    "cn-hangzhou us-southeast-1 cn-newcity eu-central-9 mars",
		"ens":       "cn-dalian-unicom cn-newcity vn-hanoi-1 mars",
		"tencent":   "ap-guangzhou ap-newcity ap-shanghai-fsi uz-tashkent mars",
		"qingcloud": "pek3a sh1 new9z mars",
	}
)

// unsent is a network in which nothing may arrive.
func unsent(t *testing.T) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a call was sent to %s", r.URL.Host)
		return nil, errStop
	})
}

func TestRegionsOfOtherCloudsAreRefused(t *testing.T) {
	for _, c := range list.All() {
		cfg := clouds.Config{
			Cloud: c.Name, Region: c.Spec.Region, Credentials: provider.StaticCredentials("id", "key", ""), Transport: unsent(t),
			Options: &provider.Options{RetryFor: -1},
		}
		client, err := clouds.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for region := range strings.FieldsSeq(foreign[c.Name]) {
			const rule = "has the form of a region or zone of "
			cfg.Region = region
			_, err := clouds.New(cfg)
			wantRefused(t, c.Name, err, `Config.Region = "`+region+`"`, rule, ": use one like ")
			spec := c.Spec
			spec.Region = region
			wantRefused(t, c.Name, client.Validate(spec, nil), `Region = "`+region+`"`, rule)
			if c.Name != "ens" { // whose one service serves all nodes, and whose lists are not of a node
				_, err = client.TerminateInstances(t.Context(), region, []string{"i-1"}, nil)
				wantRefused(t, c.Name, err, region, rule)
			}
		}
	}
}

func wantRefused(t *testing.T, cloud string, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("%s: got %v, want an error that matches ErrInvalid", cloud, err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: got %v, want it to say %q", cloud, err, w)
		}
	}
}

// New regions appear, and a cloud of one's own may call its regions as it likes.
func TestRegionsThatNobodyKnowsAreTaken(t *testing.T) {
	for _, c := range list.All() {
		cfg := clouds.Config{Cloud: c.Name, Credentials: provider.StaticCredentials("id", "key", "")}
		for region := range strings.FieldsSeq(known[c.Name]) {
			cfg.Region = region
			if _, err := clouds.New(cfg); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
		cfg.Endpoint = "cloud.example.com"
		for region := range strings.FieldsSeq(foreign[c.Name]) {
			cfg.Region = region
			client, err := clouds.New(cfg)
			if err != nil {
				t.Errorf("%s with an endpoint: %v", c.Name, err)
				continue
			}
			spec := c.Spec
			spec.Region, spec.Zone = region, ""
			if err := client.Validate(spec, nil); err != nil && strings.Contains(err.Error(), "has the form of") {
				t.Errorf("%s with an endpoint: %v", c.Name, err)
			}
		}
	}
}
