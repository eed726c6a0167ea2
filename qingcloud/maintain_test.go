package qingcloud

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

func modify(ch maintain.Change, ids ...string) func(context.Context, *driver) error {
	return func(ctx context.Context, d *driver) error { return d.ModifyInstances(ctx, "gd2", ids, &ch) }
}

func resize(ctx context.Context, d *driver) error {
	_, _, err := d.ResizeInstance(ctx, &maintain.ResizeRequest{ID: "i-1", InstanceType: "e1.large.r2"}, "")
	return err
}

func TestChangesSendWhatIsAskedFor(t *testing.T) {
	for want, call := range map[string]func(context.Context, *driver) error{
		"action=ModifyInstanceAttributes&instance=i-1&instance_name=web&zone=gd2":                modify(maintain.Change{Name: "web"}, "i-1"),
		"action=ModifyInstanceAttributes&description=front+end&instance=i-1&zone=gd2":            modify(maintain.Change{Description: new("front end")}, "i-1"),
		"action=ModifyInstanceAttributes&description=&instance=i-1&zone=gd2":                     modify(maintain.Change{Description: new("")}, "i-1"),
		"action=ApplySecurityGroup&instances.1=i-1&instances.2=i-2&security_group=sg-1&zone=gd2": modify(maintain.Change{SecurityGroupIDs: []string{"sg-1"}}, "i-1", "i-2"),
		"action=ResizeInstances&instance_type=e1.large.r2&instances.1=i-1&zone=pek3a":            resize,
	} {
		m := saying(200, `{"action":"Response","job_id":"j-1","ret_code":0}`)
		if err := call(t.Context(), mustDriver(t, testConfig(m))); err != nil {
			t.Errorf("%s: got error %v, want none", want, err)
			continue
		}
		if got := ownParams(m.sent[0].URL.Query()); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
}

func TestAChangeThatTheCloudDoesNotTakeIsRefusedHere(t *testing.T) {
	m := failing(errors.New("no network"))
	d := mustDriver(t, testConfig(m))
	at := time.Now().Add(time.Hour)
	for path, tc := range map[string]struct {
		change maintain.Change
		kind   error
	}{
		"Change.DeletionProtection": {maintain.Change{DeletionProtection: new(true)}, errors.ErrUnsupported},
		"Change.ReleaseAt":          {maintain.Change{ReleaseAt: &at}, errors.ErrUnsupported},
		"Change.Password":           {maintain.Change{Password: testPass}, errors.ErrUnsupported},
		"Change.SecurityGroupIDs":   {maintain.Change{SecurityGroupIDs: []string{"sg-1", "sg-2"}}, provider.ErrInvalid},
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
		assertNoSecret(t, path, err)
	}
	for what, call := range map[string]func(context.Context, *driver) error{
		"a group for nobody":         modify(maintain.Change{SecurityGroupIDs: []string{"sg-1"}}),
		"one name for two in a call": modify(maintain.Change{Name: "x"}, "i-1", "i-2"),
	} {
		if err := call(t.Context(), d); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
	if len(m.sent) != 0 {
		t.Errorf("%d calls were made, want none", len(m.sent))
	}
}

func TestCloudsWithoutACallSaySo(t *testing.T) {
	c, err := New(testConfig(failing(errors.New("no network"))))
	if err != nil {
		t.Fatal(err)
	}
	m := maintain.Of(c)
	if err := m.Tag(t.Context(), "", []string{"i-1"}, map[string]string{"k": "v"}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("tags: got %v, want ErrUnsupported", err)
	}
	if _, err := m.Renew(t.Context(), "", "i-1", 1, provider.Month); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a renewal: got %v, want ErrUnsupported", err)
	}
}

func TestRefusalsOfChanges(t *testing.T) {
	group := modify(maintain.Change{SecurityGroupIDs: []string{"sg-1"}}, "i-1")
	for _, tc := range []struct {
		body    string
		kind    error
		outcome provider.Outcome
	}{
		{`{"ret_code":1400,"message":"PermissionDenied"}`, provider.ErrState, provider.OutcomeRejected},
		{`{"ret_code":1400,"message":"PermissionDenied, instance [i-1] is not stopped"}`, provider.ErrState, provider.OutcomeRejected},
		{`{"ret_code":2100,"message":"no"}`, provider.ErrNotFound, provider.OutcomeRejected},
		{`{"ret_code":5000,"message":"no"}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		{`{}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		{`<html>`, provider.ErrUnavailable, provider.OutcomeUnknown},
	} {
		for what, call := range map[string]func(context.Context, *driver) error{"resize": resize, "group": group} {
			err := call(t.Context(), mustDriver(t, testConfig(saying(200, tc.body))))
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Fatalf("%s, %s: got %v, want a %T", what, tc.body, err, e)
			}
			if !errors.Is(err, tc.kind) {
				t.Errorf("%s, %s: got %v, want %v", what, tc.body, err, tc.kind)
			}
			if e.Outcome != tc.outcome {
				t.Errorf("%s, %s: the outcome is %q, want %q", what, tc.body, e.Outcome, tc.outcome)
			}
			if e.Temporary {
				t.Errorf("%s, %s: the refusal is temporary, want one that stays", what, tc.body)
			}
		}
	}
}
