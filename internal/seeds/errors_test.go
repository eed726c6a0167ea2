package seeds_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// errorCode is a code of the documents, what it means to a caller, and whether
// a create that it answers may have happened.
//
// CVM and QingCloud report errors with status 200. The texts of QingCloud are
// ours: its documents have meanings and hardly a message. Its code 2500 stands
// for two things, which only the text tells apart.
type errorCode struct {
	driver   string
	status   int
	code     string
	sentinel error
	outcome  provider.Outcome
	message  string
	action   string // of the ECS reference, in whose own table it stands; "" is a create of instances
}

func TestEveryErrorCodeOfTheDocuments(t *testing.T) {
	for _, c := range errorCodes(t) {
		t.Run(c.driver+"/"+c.action+"/"+c.code, func(t *testing.T) {
			sim := cloudsim.New(nil)
			sim.Inject(cloudsim.Fault{
				Cloud: vendors()[c.driver].Sim, API: seeds.SentAs(c.action),
				Kind: cloudsim.Refuse, Code: c.code, Message: c.message, Status: c.status,
			})
			if c.action != "" {
				c.checkCall(t, sim)
			} else {
				c.checkCreate(t, sim)
			}
		})
	}
}

// checkCreate runs into the code with a create of instances.
func (c *errorCode) checkCreate(t *testing.T, sim *cloudsim.Sim) {
	v := vendors()[c.driver]
	op, err := v.connect(t, v.region, sim.Transport(), nil).RunInstances(t.Context(), v.build(t, v.base), nil)
	c.check(t, err)
	if errors.Is(err, provider.ErrOutcomeUnknown) != (c.outcome == provider.OutcomeUnknown) {
		t.Errorf("outcome %s: %v", c.outcome, err)
	}
	if op == nil {
		t.Fatal("no operation, want one without instances")
	}
	if ids := op.InstanceIDs(); len(ids) != 0 {
		t.Errorf("the operation has %v, want no instances", ids)
	}
	if n := len(sim.Everything()); n != 0 {
		t.Errorf("%d instances exist, want none", n)
	}
}

// checkCall runs into the code with a call of the ECS reference. That a create
// may have happened is told by an error of its own; of the others it does not
// matter, as they can be repeated.
func (c *errorCode) checkCall(t *testing.T, sim *cloudsim.Sim) {
	var a arguments
	a.assign(t, enough(c.action))
	_, err := a.call(t.Context(), connectECS(t, sim.Transport(), nil), methodOf(t, c.action))
	c.check(t, err)
	creates := strings.HasPrefix(c.action, "Create")
	if errors.Is(err, provider.ErrOutcomeUnknown) != (creates && c.outcome == provider.OutcomeUnknown) {
		t.Errorf("outcome %s: %v", c.outcome, err)
	}
}

// check compares what the caller is told with the document.
func (c *errorCode) check(t *testing.T, err error) {
	t.Helper()
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("the caller gets no APIError: %v", err)
	}
	if !errors.Is(err, c.sentinel) {
		t.Errorf("the error is not %q: %v", c.sentinel, err)
	}
	for _, other := range sentinels() {
		if other != c.sentinel && errors.Is(err, other) {
			t.Errorf("the error is %q as well", other)
		}
	}
	if e.Code != c.code {
		t.Errorf("the code is %q, want %q", e.Code, c.code)
	}
	if e.Message != c.message {
		t.Errorf("code %q, message %q; the cloud said %q, %q", e.Code, e.Message, c.code, c.message)
	}
	if (e.RequestID == "") != (c.driver == "qingcloud") {
		t.Errorf("request ID %q; every cloud but QingCloud tells one", e.RequestID)
	}
	if e.Outcome != c.outcome {
		t.Errorf("outcome %s, want %s: %v", e.Outcome, c.outcome, err)
	}
}

// A dry run is answered by a refusal, whose code says that nothing is wrong.
func TestTheCodeOfADryRunIsSuccess(t *testing.T) {
	sim, v := cloudsim.New(nil), vendors()["aliyun"]
	sim.Inject(cloudsim.Fault{
		Cloud: v.Sim, Kind: cloudsim.Refuse, Code: "DryRunOperation", Status: 400,
		Message: "Request validation has been passed with DryRun flag set.",
	})
	client := v.connect(t, v.region, sim.Transport(), nil)
	if _, err := client.RunInstances(t.Context(), v.build(t, v.base, "DryRun=true"), nil); err != nil {
		t.Errorf("a dry run that finds nothing wrong fails: %v", err)
	}
	// Where no dry run was asked for, it is not known what became of the create.
	_, err := client.RunInstances(t.Context(), v.build(t, v.base), nil)
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("a create that makes nothing: got error %v, want a %T", err, e)
	}
	if e.Code != "DryRunOperation" {
		t.Errorf("a create that makes nothing: the code is %q, want DryRunOperation", e.Code)
	}
}

// errorCodes reads the list. %s in a code stands for the name of a parameter.
func errorCodes(t *testing.T) []errorCode {
	t.Helper()
	rows, err := seeds.Codes()
	if err != nil {
		t.Fatal(err)
	}
	var out []errorCode
	for _, row := range rows {
		sentinel := sentinels()[row.Sentinel]
		if sentinel == nil {
			t.Fatalf("%+v: no sentinel has this name", row)
		}
		if _, ok := vendors()[row.Driver]; !ok {
			t.Fatalf("%+v: no driver has this name", row)
		}
		text := strings.NewReplacer("%s", "Period")
		out = append(out, errorCode{
			driver: row.Driver, status: row.Status, code: text.Replace(row.Code), sentinel: sentinel,
			outcome: provider.Outcome(row.Outcome), message: text.Replace(row.Message), action: row.Action,
		})
	}
	return out
}

// sentinels are by their names. ErrOutcomeUnknown is not among them: it comes
// beside another one.
func sentinels() map[string]error {
	return map[string]error{
		"ErrInvalid": provider.ErrInvalid, "ErrNotFound": provider.ErrNotFound, "ErrExists": provider.ErrExists,
		"ErrState": provider.ErrState, "ErrAuth": provider.ErrAuth, "ErrPermission": provider.ErrPermission,
		"ErrThrottled": provider.ErrThrottled, "ErrQuota": provider.ErrQuota, "ErrNoStock": provider.ErrNoStock,
		"ErrBalance": provider.ErrBalance, "ErrTokenMismatch": provider.ErrTokenMismatch,
		"ErrUnavailable": provider.ErrUnavailable, "ErrLaunchFailed": provider.ErrLaunchFailed,
	}
}
