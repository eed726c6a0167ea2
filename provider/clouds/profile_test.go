package clouds_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

// home gives the test a home directory with one profile of each cloud's tools.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for name, text := range map[string]string{
		".aliyun/config.json":    `{"current":"x","profiles":[{"name":"shop","mode":"AK","access_key_id":"a","region_id":"cn-beijing"}]}`,
		".tccli/shop.credential": `{"secretId":"a"}`,
		".tccli/shop.configure":  `{"_sys_param":{"region":"ap-nanjing"}}`,
		"shop.yaml":              "qy_access_key_id: a\nzone: pek3b\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAProfileByTheNameOfTheCloud(t *testing.T) {
	dir := home(t)
	for name, c := range map[string]struct{ profile, region, given string }{
		"aliyun":    {"shop", "cn-beijing", ""},
		"ens":       {"shop", "cn-wuxi", "cn-wuxi"},
		"tencent":   {"shop", "ap-nanjing", ""},
		"qingcloud": {filepath.Join(dir, "shop.yaml"), "pek3b", ""},
	} {
		client, err := clouds.New(clouds.Config{Cloud: name, Profile: c.profile, Region: c.given})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := client.Region(); got != c.region {
			t.Errorf("%s: the region is %q, want %q of the profile", name, got, c.region)
		}
		err = nil
		for _, e := range client.DescribeInstances(t.Context(), provider.Query{IDs: []string{"i-1"}}) {
			err = e
		}
		if err == nil || !strings.Contains(err.Error(), "half a key pair") {
			t.Errorf("%s: got %v, want the error of the profile, which has half a key pair", name, err)
		}
	}
}

func TestAProfileInAFile(t *testing.T) {
	home(t)
	text := "version: 1\nclouds:\n  shop: {cloud: aliyun, profile: shop}\n"
	accounts, err := clouds.Read(strings.NewReader(text), "clouds.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := accounts.Config("shop")
	if err != nil || cfg.Profile != "shop" {
		t.Errorf("got profile %q, %v; want shop", cfg.Profile, err)
	}
	for bad, want := range map[string]string{
		"{cloud: tencent, profile: nobody}": `no profile "nobody"`,
		"{cloud: aliyun, region: cn-beijing, profile: shop, credentials: {accessKeyId: env:HOME, accessKeySecret: env:HOME}}": `clouds["shop"].profile`,
	} {
		_, err := clouds.Read(strings.NewReader("version: 1\nclouds:\n  shop: "+bad+"\n"), "clouds.yaml", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %s", bad, err, want)
		}
	}
}
