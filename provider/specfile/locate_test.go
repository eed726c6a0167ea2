package specfile_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

const invalid = `version: 1
spec:
  count: -1
  name: web
  network:
    publicIp: {bandwidthMbps: -5}
  dataDisks:
    - sizeGiB: 10
    - sizeGiB: -7
  tags:
    yunfan:x: a
  vendor:
    aliyun:
      deploymentSetGroupNo: 99
      params: {"": "plain:x"}
run:
  owner: " web"
`

// What the rules of the spec and of a cloud refuse has its place in the file.
func TestProblemsOfTheSpecHaveTheirPlaces(t *testing.T) {
	f, err := specfile.Parse([]byte(invalid), "fleet.yaml", &specfile.Options{Vendors: vendors()})
	if err != nil {
		t.Fatal(err)
	}
	err = f.Locate(f.Spec.Validate())
	const want = `fleet.yaml:3:10: spec.count: "-1": must not be negative
fleet.yaml:6:31: spec.network.publicIp.bandwidthMbps: "-5": must not be negative
fleet.yaml:9:16: spec.dataDisks[1].sizeGiB: "-7": must not be negative
fleet.yaml:11:5: spec.tags: "yunfan:x": keys that begin with yunfan: are reserved for the owner of an operation`
	if fmt.Sprint(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Error("the error does not match ErrInvalid")
	}
	var field *provider.FieldError
	if !errors.As(err, &field) {
		t.Error("the error has no *FieldError")
	}
}

func TestProblemsOfACloudHaveTheirPlaces(t *testing.T) {
	const in = `version: 1
spec:
  zone: a
  instanceType: e1
  imageId: b
  vendor:
    aliyun: {deploymentSetGroupNo: 99}
run:
  onFailure: keep
  owner: ' web'
`
	f, err := specfile.Parse([]byte(in), "f", &specfile.Options{Vendors: vendors()})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"Vendor.DeploymentSetGroupNo":    "f:7:36: spec.vendor.aliyun.deploymentSetGroupNo: no (aliyun)",
		"Vendor[0].DeploymentSetGroupNo": "f:7:36: spec.vendor.aliyun.deploymentSetGroupNo: no (aliyun)",
		`Vendor[0].Params["a.B"]`:        `f:7:13: spec.vendor.aliyun.params["a.B"]: no (aliyun)`,
		"RunOptions.Owner":               "f:10:10: run.owner: no (aliyun)",
	} {
		got := fmt.Sprint(f.Locate(&provider.FieldError{Driver: "aliyun", Path: path, Reason: "no"}))
		if got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	client, err := clouds.All()[3].New(clouds.Config{}) // QingCloud has no zones
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Preview(f.Spec, nil)
	var list specfile.Errors
	if !errors.As(f.Locate(err), &list) || len(list) != 2 {
		t.Fatalf("got %v, want two problems: no login, and the zone", f.Locate(err))
	}
	if got := list[1]; got.Line != 3 || got.Column != 9 || got.Path != "spec.zone" {
		t.Errorf("got %v, want the place of spec.zone", got)
	}
}

func TestOtherErrorsStayAsTheyAre(t *testing.T) {
	f := &specfile.File{}
	for _, err := range []error{nil, provider.ErrQuota} {
		if got := f.Locate(err); got != err {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	got := fmt.Sprint(f.Locate(&provider.FieldError{Path: "Count", Reason: "no"}))
	if want := "spec.count: no"; got != want {
		t.Errorf("a file that was not read: got %q, want %q", got, want)
	}
}
