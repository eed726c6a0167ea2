package ens

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// newPassword is of the form that the cloud takes.
const newPassword = "Planted-Passw0rd"

func modify(ch maintain.Change) func(context.Context, *driver) error {
	return func(ctx context.Context, d *driver) error {
		return d.ModifyInstances(ctx, "node-2", []string{"i-1"}, &ch)
	}
}

func renew(period int, unit provider.PeriodUnit) func(context.Context, *driver) error {
	return func(ctx context.Context, d *driver) error {
		_, _, err := d.RenewInstance(ctx, &maintain.RenewRequest{ID: "i-1", Period: period, Unit: unit}, "")
		return err
	}
}

func TestChangesSendWhatIsAskedFor(t *testing.T) {
	for what, tc := range map[string]struct {
		call   func(context.Context, *driver) error
		action string
		typed  any
		method string
		params map[string]string
	}{
		"tags": {
			func(ctx context.Context, d *driver) error {
				return d.TagInstances(ctx, "", []string{"i-1", "i-2"}, map[string]string{"b": "2", "a": "1"})
			},
			"TagResources",
			nil, http.MethodPost,
			map[string]string{
				"ResourceType": "instance", "ResourceId.1": "i-1", "ResourceId.2": "i-2", "Tag.1.Key": "a", "Tag.1.Value": "1",
				"Tag.2.Key": "b", "Tag.2.Value": "2",
			},
		},
		"untag": {
			func(ctx context.Context, d *driver) error {
				return d.UntagInstances(ctx, "", []string{"i-1"}, []string{"a", "b"})
			},
			"UntagResources",
			nil, http.MethodPost,
			map[string]string{"ResourceType": "instance", "ResourceId.1": "i-1", "TagKey.1": "a", "TagKey.2": "b"},
		},
		"name": {
			modify(maintain.Change{Name: "web"}), "ModifyInstanceAttribute",
			&ens.ModifyInstanceAttributeRequest{}, http.MethodPost,
			map[string]string{"InstanceId": "i-1", "InstanceName": "web"},
		},
		"protection": { // newer than the SDK
			modify(maintain.Change{DeletionProtection: new(false)}), "ModifyInstanceAttribute",
			nil, http.MethodPost,
			map[string]string{"InstanceId": "i-1", "DeletionProtection": "false"},
		},
		"password": {
			modify(maintain.Change{Password: newPassword}), "ModifyInstanceAttribute",
			&ens.ModifyInstanceAttributeRequest{}, http.MethodPost,
			map[string]string{"InstanceId": "i-1", "Password": newPassword},
		},
		"join": {
			func(ctx context.Context, d *driver) error { return d.JoinSecurityGroup(ctx, "", "i-1", "sg-1") }, "JoinSecurityGroup",
			&ens.JoinSecurityGroupRequest{}, http.MethodPost,
			map[string]string{"InstanceId": "i-1", "SecurityGroupId": "sg-1"},
		},
		"leave": {
			func(ctx context.Context, d *driver) error { return d.LeaveSecurityGroup(ctx, "", "i-1", "sg-1") }, "LeaveSecurityGroup",
			&ens.LeaveSecurityGroupRequest{}, http.MethodPost,
			map[string]string{"InstanceId": "i-1", "SecurityGroupId": "sg-1"},
		},
		"renewal": {
			renew(9, provider.Month), "RenewInstance",
			&ens.RenewInstanceRequest{}, http.MethodGet,
			map[string]string{"InstanceId": "i-1", "Period": "9"},
		},
		"renewal for a year": {
			renew(1, provider.Year), "RenewInstance",
			&ens.RenewInstanceRequest{}, http.MethodGet,
			map[string]string{"InstanceId": "i-1", "Period": "12"},
		},
	} {
		d, got := answering(t, 200, `{"RequestId":"req-9","Code":0}`)
		if err := tc.call(t.Context(), d); err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		}
		params := businessParams(got)
		if action := got.params.Get("Action"); action != tc.action {
			t.Errorf("%s: the action is %s, want %s", what, action, tc.action)
		}
		if got.method != tc.method {
			t.Errorf("%s: the method is %s, want %s", what, got.method, tc.method)
		}
		if !maps.Equal(params, tc.params) {
			t.Errorf("%s: the parameters are %v, want %v", what, params, tc.params)
		}
		if tc.typed != nil {
			wantTyped(t, what, tc.typed, params)
		}
	}
}

func TestAChangeThatTheCloudDoesNotTakeIsRefusedHere(t *testing.T) {
	d := driverOver(t, roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	}), "")
	at := time.Now().Add(time.Hour)
	for path, tc := range map[string]struct {
		change maintain.Change
		kind   error
	}{
		"Change.Name":        {maintain.Change{Name: "1 x"}, provider.ErrInvalid},
		"Change.Description": {maintain.Change{Description: new("x")}, errors.ErrUnsupported},
		"Change.ReleaseAt":   {maintain.Change{ReleaseAt: &at}, errors.ErrUnsupported},
		"Change.Password":    {maintain.Change{Password: "planted"}, provider.ErrInvalid},
	} {
		_, err := d.InstancesPerModify(&tc.change)
		var e *provider.FieldError
		if !errors.As(err, &e) {
			t.Fatalf("%s: got %v, want a %T", path, err, e)
		}
		if e.Path != path {
			t.Errorf("the path is %s, want %s", e.Path, path)
		}
		if !errors.Is(err, tc.kind) {
			t.Errorf("%s: got %v, want %v", path, err, tc.kind)
		}
		wantSafe(t, err)
	}
	untag := func(keys ...string) func(context.Context, *driver) error {
		return func(ctx context.Context, d *driver) error { return d.UntagInstances(ctx, "", []string{"i-1"}, keys) }
	}
	for what, call := range map[string]func(context.Context, *driver) error{
		"ten months": renew(10, provider.Month), "two years": renew(2, provider.Year), "a week": renew(1, provider.Week),
		"no group": func(ctx context.Context, d *driver) error { return d.JoinSecurityGroup(ctx, "", "i-1", "") },
		"no keys":  untag(), "an empty key": untag(""),
	} {
		if err := call(t.Context(), d); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
}

func TestChangeRefusals(t *testing.T) {
	for _, tt := range []struct {
		status  int
		body    string
		kind    error
		outcome provider.Outcome
	}{
		{400, `{"RequestId":"r","Code":"IncorrectInstanceStatus","Message":"not ` + newPassword + `"}`, provider.ErrState, provider.OutcomeRejected},
		{200, `{"RequestId":"r","Code":"IncorrectInstanceStatus"}`, provider.ErrState, provider.OutcomeRejected},
		{400, `{"RequestId":"r","Code":"InstanceIdNotFound","Message":"no"}`, provider.ErrNotFound, provider.OutcomeRejected},
		{200, `{"RequestId":"r","Code":500}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		{200, `{"Code":0}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		{200, `<html>`, provider.ErrUnavailable, provider.OutcomeUnknown},
		{200, ``, provider.ErrUnavailable, provider.OutcomeUnknown},
	} {
		for _, call := range []func(context.Context, *driver) error{
			modify(maintain.Change{Password: newPassword}), renew(1, provider.Month),
		} {
			d, _ := answering(t, tt.status, tt.body)
			e := wantAPIError(t, call(t.Context(), d), tt.kind, tt.outcome)
			if e.Temporary {
				t.Errorf("%s: the refusal is temporary, want one that stays", tt.body)
			}
		}
	}
}

func TestARenewalNamesItsRequest(t *testing.T) {
	for _, body := range []string{`{"RequestId":"req-9"}`, `{"RequestId":"req-9","Code":200}`} {
		d, _ := answering(t, 200, body)
		order, requestID, err := d.RenewInstance(t.Context(), &maintain.RenewRequest{ID: "i-1", Period: 1, Unit: provider.Month}, "")
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if order != "" {
			t.Errorf("%s: the order is %q, want none", body, order)
		}
		if requestID != "req-9" {
			t.Errorf("%s: the request ID is %q, want req-9", body, requestID)
		}
	}
}
