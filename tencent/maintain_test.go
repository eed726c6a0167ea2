package tencent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// newPassword is of the form that the cloud takes.
const newPassword = "Planted-Passw0rd"

func TestChangesSendWhatIsAskedFor(t *testing.T) {
	at := time.Date(2027, 1, 2, 3, 4, 5, 0, time.FixedZone("", 8*3600))
	modify := func(ch maintain.Change) func(context.Context, *driver) error {
		return func(ctx context.Context, d *driver) error {
			return d.ModifyInstances(ctx, "", []string{"ins-1", "ins-2"}, &ch)
		}
	}
	renew := func(n int, unit provider.PeriodUnit, auto *bool) func(context.Context, *driver) error {
		return func(ctx context.Context, d *driver) error {
			_, _, err := d.RenewInstance(ctx, &maintain.RenewRequest{ID: "ins-1", Period: n, Unit: unit, AutoRenew: auto}, "")
			return err
		}
	}
	for what, tc := range map[string]struct {
		call                  func(context.Context, *driver) error
		product, action, body string
	}{
		"tag": {
			func(ctx context.Context, d *driver) error {
				return d.TagInstances(ctx, "region-5", []string{"ins-1", "ins-2"}, map[string]string{"team": ""})
			},
			"tag", "AttachResourcesTag",
			`{"ResourceIds":["ins-1","ins-2"],"ResourcePrefix":"instance","ResourceRegion":"region-5","ServiceType":"cvm",` +
				`"TagKey":"team","TagValue":""}`,
		},
		"untag": {
			func(ctx context.Context, d *driver) error {
				return d.UntagInstances(ctx, "", []string{"ins-1"}, []string{"team"})
			},
			"tag", "DetachResourcesTag",
			`{"ResourceIds":["ins-1"],"ResourcePrefix":"instance","ResourceRegion":"region-1","ServiceType":"cvm","TagKey":"team"}`,
		},
		"name": {
			modify(maintain.Change{Name: "web"}), "cvm", "ModifyInstancesAttribute",
			`{"InstanceIds":["ins-1","ins-2"],"InstanceName":"web"}`,
		},
		"protection": {
			modify(maintain.Change{DeletionProtection: new(false)}), "cvm", "ModifyInstancesAttribute",
			`{"InstanceIds":["ins-1","ins-2"],"DisableApiTermination":false}`,
		},
		"groups": {
			modify(maintain.Change{SecurityGroupIDs: []string{"sg-1", "sg-2"}}), "cvm", "ModifyInstancesAttribute",
			`{"InstanceIds":["ins-1","ins-2"],"SecurityGroups":["sg-1","sg-2"]}`,
		},
		"password": {
			modify(maintain.Change{Password: newPassword}), "cvm", "ResetInstancesPassword",
			`{"InstanceIds":["ins-1","ins-2"],"Password":"` + newPassword + `"}`,
		},
		"release": {
			modify(maintain.Change{ReleaseAt: &at}), "cvm", "ImportInstancesActionTimer",
			`{"InstanceIds":["ins-1","ins-2"],"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"2027-01-01T19:04:05Z"}}`,
		},
		"resize": {
			func(ctx context.Context, d *driver) error {
				_, _, err := d.ResizeInstance(ctx, &maintain.ResizeRequest{ID: "ins-1", InstanceType: "S5.LARGE8"}, "")
				return err
			},
			"cvm", "ResetInstancesType", `{"InstanceIds":["ins-1"],"InstanceType":"S5.LARGE8"}`,
		},
		"renewal": {
			renew(3, provider.Month, new(false)), "cvm", "RenewInstances",
			`{"InstanceIds":["ins-1"],"InstanceChargePrepaid":{"Period":3}}`,
		},
		"renewal that stays automatic": {
			renew(2, provider.Year, new(true)), "cvm", "RenewInstances",
			`{"InstanceIds":["ins-1"],"InstanceChargePrepaid":{"Period":24,"RenewFlag":"NOTIFY_AND_AUTO_RENEW"}}`,
		},
	} {
		r := &recorder{body: `{"Response":{"RequestId":"req-9"}}`}
		if err := tc.call(t.Context(), testDriver(t, r)); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if len(r.reqs) != 1 {
			t.Errorf("%s: %d requests were sent, want 1", what, len(r.reqs))
		}
		if r.texts[0] != tc.body {
			t.Errorf("%s: the request is\n%s\nwant\n%s", what, r.texts[0], tc.body)
		}
		if got := r.reqs[0].Header.Get("X-TC-Action"); got != tc.action {
			t.Errorf("%s: the action is %s, want %s", what, got, tc.action)
		}
		if want := tc.product + ".tencentcloudapi.com"; r.reqs[0].URL.Host != want {
			t.Errorf("%s: the host is %s, want %s", what, r.reqs[0].URL.Host, want)
		}
		if auth := r.reqs[0].Header.Get("Authorization"); !strings.Contains(auth, "/"+tc.product+"/tc3_request") {
			t.Errorf("%s: the signature is not for the product %s", what, tc.product)
		}
	}
}

func TestAChangeThatTheCloudDoesNotTakeIsRefusedHere(t *testing.T) {
	d := testDriver(t, transport(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	}))
	for what, tc := range map[string]struct {
		ch   maintain.Change
		kind error
	}{
		"a long name":              {maintain.Change{Name: strings.Repeat("名", 61)}, provider.ErrInvalid},
		"a description":            {maintain.Change{Description: new("text")}, errors.ErrUnsupported},
		"no release":               {maintain.Change{ReleaseAt: &time.Time{}}, errors.ErrUnsupported},
		"six groups":               {maintain.Change{SecurityGroupIDs: make([]string, 6)}, provider.ErrInvalid},
		"a short password":         {maintain.Change{Password: "Plante1"}, provider.ErrInvalid},
		"a password of two kinds":  {maintain.Change{Password: "planted1234"}, provider.ErrInvalid},
		"a password with a slash":  {maintain.Change{Password: "/Planted1"}, provider.ErrInvalid},
		"a password with a blank":  {maintain.Change{Password: "Planted 1"}, provider.ErrInvalid},
		"a password that is alien": {maintain.Change{Password: "Planted密码1"}, provider.ErrInvalid},
	} {
		_, err := d.InstancesPerModify(&tc.ch)
		if !errors.Is(err, tc.kind) {
			t.Errorf("%s: got %v, want %v", what, err, tc.kind)
		}
		if password := tc.ch.Password.Reveal(); password != "" {
			mustNotTell(t, err, password)
		}
	}
	if n, err := d.InstancesPerModify(&maintain.Change{Password: newPassword}); n != 100 || err != nil {
		t.Errorf("a good password: got %d and %v, want 100 and no error", n, err)
	}
	for what, req := range map[string]maintain.RenewRequest{
		"weeks": {Period: 4, Unit: provider.Week}, "13 months": {Period: 13, Unit: provider.Month}, "6 years": {Period: 6, Unit: provider.Year},
		"days": {Period: 1, Unit: provider.Day},
	} {
		if _, _, err := d.RenewInstance(t.Context(), &req, ""); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
	if err := d.TagInstances(t.Context(), "", []string{"ins-1"}, map[string]string{"qcs:k": "v"}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a key of the vendor's: got %v, want ErrInvalid", err)
	}
}

func TestATagThatAnInstanceDoesNotHaveIsNoError(t *testing.T) {
	rt := always(200, `{"Response":{"Error":{"Code":"ResourceNotFound.AttachedTagKeyNotFound","Message":"m"},"RequestId":"r"}}`)
	d := testDriver(t, rt)
	if err := d.UntagInstances(t.Context(), "", []string{"ins-1"}, []string{"team"}); err != nil {
		t.Errorf("one instance: got %v, want no error", err)
	}
	// Of several it is not known which of them still have the tag.
	if err := d.UntagInstances(t.Context(), "", []string{"ins-1", "ins-2"}, []string{"team"}); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("several instances: got %v, want ErrNotFound", err)
	}
}

func TestNoErrorOfAChangeShowsThePassword(t *testing.T) {
	body := fmt.Sprintf(`{"Response":{"Error":{"Code":"InvalidParameterValue.InvalidPassword","Message":"%s is bad"},"RequestId":"r"}}`, newPassword)
	err := testDriver(t, always(200, body)).ModifyInstances(t.Context(), "", []string{"ins-1"}, &maintain.Change{Password: newPassword})
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	mustNotTell(t, err, newPassword)
}

func TestAMalformedAnswerLeavesAChangeOpen(t *testing.T) {
	for name, rt := range malformedAnswers() {
		if name == "no IDs" || name == "empty IDs" {
			continue // nothing is missing: these answers have no IDs
		}
		_, _, err := testDriver(t, rt).RenewInstance(t.Context(), &maintain.RenewRequest{ID: "ins-1", Period: 1, Unit: provider.Month}, "")
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want a %T", name, err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: the outcome is %v, want unknown", name, e.Outcome)
		}
	}
}

// clientOf is a client of a simulated CVM.
func clientOf(t *testing.T, sim *cloudsim.Sim) *provider.Client {
	t.Helper()
	c, err := New(Config{
		Region: "ap-guangzhou", Transport: sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// running makes instances and waits for them.
func running(t *testing.T, c *provider.Client, spec provider.RunInstancesSpec) []string {
	t.Helper()
	spec.ImageID, spec.InstanceType, spec.Zone = "img-487zeit5", "S5.MEDIUM4", "ap-guangzhou-3"
	op, err := c.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return op.InstanceIDs()
}

// shown returns an instance as the cloud shows it.
func shown(t *testing.T, c *provider.Client, id string) provider.Instance {
	t.Helper()
	for i, err := range c.DescribeInstances(t.Context(), provider.Query{IDs: []string{id}}) {
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	t.Fatalf("there is no %s", id)
	return provider.Instance{}
}

func TestInstancesAreChangedInTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := clientOf(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 3, Tags: map[string]string{"old": "1"}})
		m := maintain.Of(c)
		if err := m.Tag(t.Context(), "", ids[:2], map[string]string{"team": "web", "old": "2"}); err != nil {
			t.Fatal(err)
		}
		if n := sim.Calls(cloudsim.CVM, "AttachResourcesTag"); n != 2 {
			t.Errorf("%d calls set tags, want 2: one for each tag", n)
		}
		// One of the two instances does not have the tag any more.
		if err := m.Untag(t.Context(), "", ids[1:2], "old"); err != nil {
			t.Fatal(err)
		}
		if err := m.Untag(t.Context(), "", ids[1:], "old", "absent"); err != nil {
			t.Fatal(err)
		}
		err := m.Modify(t.Context(), "", ids, maintain.Change{
			Name: "front", DeletionProtection: new(true), SecurityGroupIDs: []string{"sg-7", "sg-8"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := sim.Calls(cloudsim.CVM, "ModifyInstancesAttribute"); n != 3 {
			t.Errorf("%d calls changed attributes, want 3: one for each", n)
		}
		first, second, third := shown(t, c, ids[0]), shown(t, c, ids[1]), shown(t, c, ids[2])
		if want := map[string]string{"team": "web", "old": "2"}; !maps.Equal(first.Tags, want) {
			t.Errorf("the tags are %v, want %v", first.Tags, want)
		}
		if want := map[string]string{"team": "web"}; !maps.Equal(second.Tags, want) {
			t.Errorf("the tags of the second are %v, want %v", second.Tags, want)
		}
		if len(third.Tags) != 0 {
			t.Errorf("the tags of the third are %v, want none", third.Tags)
		}
		if first.Name != "front" {
			t.Errorf("the name is %q, want front", first.Name)
		}
		if p := third.DeletionProtection; p == nil || !*p {
			t.Error("the instance is not protected")
		}
		if got := strings.Join(first.SecurityGroupIDs, " "); got != "sg-7 sg-8" {
			t.Errorf("the groups are %s, want sg-7 sg-8", got)
		}
	})
}

func TestAPasswordNeedsAStoppedInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := clientOf(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{})
		m := maintain.Of(c)
		if err := m.Modify(t.Context(), "", ids, maintain.Change{Password: newPassword}); !errors.Is(err, provider.ErrState) {
			t.Errorf("a running instance: got %v, want ErrState", err)
		}
		if err := c.StopInstances(t.Context(), "", ids, &provider.StopOptions{Wait: true}); err != nil {
			t.Fatal(err)
		}
		if err := m.Modify(t.Context(), "", ids, maintain.Change{Password: newPassword}); err != nil {
			t.Errorf("a stopped instance: got %v, want no error", err)
		}
	})
}

func TestAnInstanceIsReleasedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := clientOf(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{})
		at := time.Now().Add(time.Hour)
		m := maintain.Of(c)
		if err := m.Modify(t.Context(), "", ids, maintain.Change{ReleaseAt: &at}); err != nil {
			t.Fatal(err)
		}
		if err := m.Modify(t.Context(), "", ids, maintain.Change{ReleaseAt: &at}); !errors.Is(err, provider.ErrExists) {
			t.Errorf("a second time: got %v, want ErrExists", err)
		}
		time.Sleep(2 * time.Hour)
		if left := len(sim.Instances(cloudsim.CVM)); left != 0 {
			t.Errorf("%d instances are left, want 0", left)
		}
	})
}

func TestAnInstanceIsResizedInTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := clientOf(t, sim)
		id := running(t, c, provider.RunInstancesSpec{})[0]
		m := maintain.Of(c)
		if err := m.Resize(t.Context(), "", id, "S5.LARGE8", nil); !errors.Is(err, provider.ErrState) {
			t.Errorf("a running instance: got %v, want ErrState", err)
		}
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, API: "ResetInstancesType", Kind: cloudsim.ResetAfter, Times: 1})
		if err := m.Resize(t.Context(), "", id, "S5.LARGE8", &maintain.ResizeOptions{Restart: true}); err != nil {
			t.Fatal(err)
		}
		i := shown(t, c, id)
		if i.InstanceType != "S5.LARGE8" {
			t.Errorf("the type is %s, want S5.LARGE8", i.InstanceType)
		}
		if i.CPUs != 4 {
			t.Errorf("it has %d CPUs, want 4", i.CPUs)
		}
		if i.State != provider.StateRunning {
			t.Errorf("it is %s, want running as before", i.State)
		}
		if n := sim.Calls(cloudsim.CVM, "ResetInstancesType"); n != 1 {
			t.Errorf("%d calls changed the type, want 1: the instance shows that the lost one did", n)
		}
	})
}

func TestARenewalIsPaidOnceAndStaysAutomatic(t *testing.T) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ResetBefore} {
		synctest.Test(t, func(t *testing.T) {
			sim := cloudsim.New(nil)
			c := clientOf(t, sim)
			id := running(t, c, provider.RunInstancesSpec{
				Billing: provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month, AutoRenew: new(true)},
			})[0]
			before := shown(t, c, id).ExpiresAt
			sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, API: "RenewInstances", Kind: kind, Times: 1})
			at, err := maintain.Of(c).Renew(t.Context(), "", id, 1, provider.Year)
			want := before
			if kind == cloudsim.ResetAfter {
				want = before.AddDate(1, 0, 0)
			} else if !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s: got %v, want ErrOutcomeUnknown", kind, err)
			}
			if kind == cloudsim.ResetAfter && err != nil {
				t.Errorf("%s: got %v, want no error", kind, err)
			}
			if !at.Equal(want) {
				t.Errorf("%s: it ends at %v, want %v", kind, at, want)
			}
			if n := sim.Calls(cloudsim.CVM, "RenewInstances"); n > 1 {
				t.Errorf("%s: %d calls were made, want at most 1: money is spent each time", kind, n)
			}
			if auto := shown(t, c, id).AutoRenew; auto == nil || !*auto {
				t.Errorf("%s: the renewal at the end is not automatic any more", kind)
			}
		})
	}
}
