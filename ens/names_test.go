package ens

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

const renamed = `{"RequestId":"req-5","Code":0}`

func TestRenameSendsIDAndName(t *testing.T) {
	for _, region := range []string{"", "node-9"} {
		d, got := answering(t, 200, renamed)
		if err := d.RenameInstance(t.Context(), region, "i-1", "web-1"); err != nil {
			t.Errorf("in %q: %v", region, err)
		}
		params := businessParams(got)
		if action := got.params.Get("Action"); action != "ModifyInstanceAttribute" {
			t.Errorf("the action is %s, want ModifyInstanceAttribute", action)
		}
		if want := map[string]string{"InstanceId": "i-1", "InstanceName": "web-1"}; !maps.Equal(params, want) {
			t.Errorf("sent %v, want %v", params, want)
		}
		wantTyped(t, "rename", &ens.ModifyInstanceAttributeRequest{}, params)
	}
}

// The reference calls 0 success, and its example has 200.
func TestRenameReadsEverySuccess(t *testing.T) {
	for _, code := range []string{`,"Code":0`, `,"Code":"0"`, `,"Code":200`, `,"Code":"200"`, `,"Code":null`, ""} {
		d, _ := answering(t, 200, `{"RequestId":"req-5"`+code+`}`)
		if err := d.RenameInstance(t.Context(), "", "i-1", "web-1"); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestRenameRefusals(t *testing.T) {
	for _, tt := range []struct {
		status    int
		body      string
		kind      error
		outcome   provider.Outcome
		temporary bool
	}{
		{400, `{"RequestId":"r","Code":"InstanceIdNotFound","Message":"no"}`, provider.ErrNotFound, provider.OutcomeRejected, false},
		{400, `{"RequestId":"r","Code":"InvalidParameter.InstanceName","Message":"no"}`, provider.ErrInvalid, provider.OutcomeRejected, false},
		{403, `{"RequestId":"r","Code":"IncorrectInstanceStatus","Message":"no"}`, provider.ErrState, provider.OutcomeRejected, true},
		{200, `{"RequestId":"r","Code":"IncorrectInstanceStatus"}`, provider.ErrState, provider.OutcomeRejected, true},
		{200, `{"RequestId":"r","Code":500}`, provider.ErrUnavailable, provider.OutcomeUnknown, false},
		{400, `{"RequestId":"r","Code":"Throttling.User","Message":"no"}`, provider.ErrThrottled, provider.OutcomeThrottled, false},
		{200, `{}`, provider.ErrUnavailable, provider.OutcomeUnknown, false},
		{200, `<html>`, provider.ErrUnavailable, provider.OutcomeUnknown, false},
	} {
		d, _ := answering(t, tt.status, tt.body)
		e := wantAPIError(t, d.RenameInstance(t.Context(), "", "i-1", "web-1"), tt.kind, tt.outcome)
		if e.Temporary != tt.temporary {
			t.Errorf("%s: temporary is %v, want %v", tt.body, e.Temporary, tt.temporary)
		}
	}
}

func TestRenameRefusesBeforeAnyCall(t *testing.T) {
	d, got := answering(t, 200, renamed)
	for _, pair := range [][2]string{{"", "web-1"}, {"i-1", ""}, {"i-1", "1st"}, {"i-1", "a" + strings.Repeat("b", 128)}} {
		var fe *provider.FieldError
		if err := d.RenameInstance(t.Context(), "", pair[0], pair[1]); !errors.As(err, &fe) {
			t.Errorf("%q: got error %v, want a %T", pair, err, fe)
		} else if got.params != nil {
			t.Errorf("%q: params is %v, want nil", pair, got.params)
		}
	}
}

// A name of the full length leaves no room for the marker, which takes the
// place of its end for the time.
func TestTheLongestNameIsGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		name := strings.Repeat("云", 128)
		spec := provider.RunInstancesSpec{
			Count: 2, ImageID: "m-1", InstanceType: "ens.sn1.small", Name: name,
			Login: provider.Login{Password: "Long-name-1"}, SystemDisk: provider.Disk{SizeGiB: 40},
		}
		c, err := New(Config{
			Region: "cn-hangzhou-44", Transport: sim.Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		op, err := c.RunInstances(t.Context(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range sim.Instances(cloudsim.ENS) {
			if i.Name != name {
				t.Errorf("%v: Name is %v, want %v", i.ID, i.Name, name)
			}
			if !slices.Contains(op.InstanceIDs(), i.ID) {
				t.Errorf("%v: op.InstanceIDs() is %v, want it to contain %v", i.ID, op.InstanceIDs(), i.ID)
			}
		}
	})
}
