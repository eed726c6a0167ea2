package aliyun

import (
	"reflect"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

type impostor struct{}

func (impostor) VendorName() string { return Name }

type otherOptions struct{}

func (otherOptions) VendorName() string { return "other" }

func TestOptionsOfOtherCloudsAreIgnored(t *testing.T) {
	s := minimalSpec()
	s.Vendor = []provider.VendorOption{otherOptions{}, (*RunOptions)(nil)}
	if got, want := sent(t, s), sent(t, minimalSpec()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
