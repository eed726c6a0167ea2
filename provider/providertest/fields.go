package providertest

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func fieldRules() []rule {
	return []rule{
		{
			"the support table has one line for every leaf",
			"A leaf without a line is a field that was forgotten.", tableIsComplete,
		},
		{
			"a refused field is an error that names it",
			"If a field is ignored without an error, the instance differs from the one that was paid for.",
			refusedFieldsAreNamed,
		},
		{"a full spec passes", "A table must not refuse a field that it claims to map.", fullSpecsPass},
		{"a wrong spec is an error", "A validator that panics stops the whole program.", wrongSpecsAreErrors},
		{"limits name calls of the driver", "A rate under a name that no call has limits nothing.", limitsNameCalls},
		{
			"a mapped field changes the request",
			"A field that is accepted but not sent is lost without an error.", mappedFieldsAreSent,
		},
		{
			"every mapped field is set in a full spec",
			"A mapping that no full spec sets is never tested.", fullSpecsCover,
		},
		{
			"a preview shows the request that is sent",
			"A preview that differs from the request misleads its reader.", previewIsTheWire,
		},
		{
			"an option for another cloud changes nothing",
			"One spec must be able to serve several clouds.", foreignOptionsAreIgnored,
		},
	}
}

func tableIsComplete(t *testing.T, w *world) {
	var listed []string
	for _, f := range w.client.Support().Fields() {
		listed = append(listed, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s: want either a parameter or a reason, got %q and %q", f.Path, f.Param, f.Reason)
		}
	}
	if want := provider.Leaves(); !slices.Equal(listed, want) {
		t.Errorf("the support table does not list the leaves of the spec in spec order\n"+
			"missing: %v\nstale or twice: %v\nif both are empty, the order differs",
			minus(want, listed), minus(listed, want))
	}
}

// minus returns what a has more often than b.
func minus(a, b []string) []string {
	n := map[string]int{}
	for _, s := range b {
		n[s]++
	}
	var out []string
	for _, s := range a {
		if n[s]--; n[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

func refusedFieldsAreNamed(t *testing.T, w *world) {
	for _, path := range provider.Leaves() {
		if w.client.Support().Field(path).Param != "" {
			continue
		}
		spec := w.spec(1)
		setLeaf(reflect.ValueOf(&spec).Elem(), path)
		op, err := w.client.RunInstances(w.ctx, spec, nil)
		if op != nil || !errors.Is(err, errors.ErrUnsupported) || !names(err, path) {
			t.Errorf("%s is refused by the table; setting it must be an error that names it, got %v", path, err)
		}
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
}

// names reports whether an error names the leaf, with any list index.
func names(err error, path string) bool {
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		return false
	}
	want := strings.TrimSuffix(path, "[]")
	return slices.ContainsFunc(all, func(e *provider.FieldError) bool {
		return strings.ReplaceAll(e.Path, "[0]", "[]") == want
	})
}

func fullSpecsPass(t *testing.T, w *world) {
	for name, spec := range w.Full {
		if reqs, err := w.client.Preview(*spec, nil); err != nil || len(reqs) == 0 {
			t.Errorf("full spec %q: %v", name, err)
		}
	}
}

// wrongSpecsAreErrors changes full specs by chance, in every way that the types allow. What
// comes of it may be valid or not: the client must say so.
func wrongSpecsAreErrors(t *testing.T, w *world) {
	for name, full := range w.Full {
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, 1))
			m := mutation{data: make([]byte, 1+r.IntN(400))}
			for i := range m.data {
				m.data[i] = byte(r.Uint32())
			}
			spec := clone(full)
			m.change(reflect.ValueOf(&spec).Elem())
			spec.Vendor = slices.Clone(spec.Vendor)
			for i, v := range spec.Vendor {
				spec.Vendor[i] = m.option(v)
			}
			if problem := panicOf(func() { _ = w.client.Validate(spec, nil) }); problem != nil {
				t.Errorf("full spec %q, changed by seed %d: the validator panics: %v", name, seed, problem)
			}
		}
	}
}

// panicOf returns what a function panics with, or nil.
func panicOf(f func()) (problem any) {
	defer func() { problem = recover() }()
	f()
	return nil
}

// limitsNameCalls compares the calls that the limits name with the methods of the driver.
func limitsNameCalls(t *testing.T, w *world) {
	l := w.client.Driver().Limits()
	for _, api := range slices.Concat(slices.Collect(maps.Keys(l.Rates)), l.Idempotent) {
		power := []provider.API{provider.APIStartInstances, provider.APIStopInstances, provider.APIRebootInstances}
		if api == provider.AnyAPI || slices.Contains(power, api) {
			continue
		}
		if _, ok := reflect.TypeOf(w.client.Driver()).MethodByName(string(api)); !ok {
			t.Errorf("the limits name %q, and the driver has no such call", api)
		}
	}
}

// sender sends specs into a Capture and returns what left the driver.
type sender struct {
	client  *provider.Client
	capture *Capture
}

func (w *world) sender() *sender {
	c := &Capture{}
	return &sender{w.newClient(c, &provider.Options{RetryFor: -1}), c}
}

// anyMarker matches the part that makes the names of each create different on clouds
// without tokens.
var anyMarker = regexp.MustCompile(`-yf[a-z2-7]{20}`)

// send returns the requests as text, or the error that stopped the spec. The
// operation's name is fixed, so tokens are the same each time. Markers are left out.
func (s *sender) send(spec provider.RunInstancesSpec) (string, error) {
	o := &provider.RunOptions{}
	if s.client.Limits().ClientToken {
		o.OperationID = "perturbation"
	}
	op, err := s.client.RunInstances(context.Background(), spec, o)
	sent := s.capture.Take()
	if op == nil {
		return "", err
	}
	var texts []string
	for _, r := range sent {
		texts = append(texts, anyMarker.ReplaceAllString(r.String(), "-yf..."))
	}
	slices.Sort(texts) // large counts are sent by several calls at once
	return strings.Join(texts, ""), nil
}

// mappedFieldsAreSent changes one leaf of each full spec at a time. The request must
// change, or an error must report that the change is not possible here. In at least one
// of the specs the request must change.
//
// The full specs must avoid three traps. A list must hold an element already; otherwise
// adding one hides that the leaf itself is lost. The presence of a container is a leaf
// of its own. A leaf that has an effect only in some context needs a full spec for that
// context.
func mappedFieldsAreSent(t *testing.T, w *world) {
	s := w.sender()
	sent := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(w.Full)) {
		before, err := s.send(*w.Full[name])
		if err != nil {
			t.Fatalf("full spec %q: %v", name, err)
		}
		for _, path := range provider.Leaves() {
			shown := testing.Short() && sent[path] // by another full spec
			if shown || w.client.Support().Field(path).Param == "" {
				continue
			}
			for _, p := range perturb(w.Full[name], path) {
				after, err := s.send(p.spec)
				switch {
				case err != nil: // not silent
				case after != before:
					sent[path] = true
				case !p.implicit && !w.follows(path, &p.spec):
					t.Errorf("full spec %q: changing %s changed nothing in the request and gave no error", name, path)
				}
			}
		}
	}
	for _, path := range provider.Leaves() {
		if p := w.client.Support().Field(path).Param; p != "" && !sent[path] && w.Coupled[path] == "" {
			t.Errorf("%s is mapped to %s, but changing it alone changes no request in any full spec", path, p)
		}
		if sent[path] && w.Coupled[path] != "" {
			t.Errorf("%s is declared coupled (%s), but it can change alone", path, w.Coupled[path])
		}
	}
}

// follows reports whether a leaf takes effect after the create: if names are markers at
// first, numbers come with the renaming.
func (w *world) follows(path string, spec *provider.RunInstancesSpec) bool {
	return path == "UniqueSuffix" && spec.HostName == "" && w.marks()
}

func fullSpecsCover(t *testing.T, w *world) {
	for _, path := range provider.Leaves() {
		if w.client.Support().Field(path).Param == "" {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(w.Full)), func(s *provider.RunInstancesSpec) bool {
			return isSet(s, path)
		}) {
			t.Errorf("%s is mapped, but no full spec sets it", path)
		}
	}
}

func previewIsTheWire(t *testing.T, w *world) {
	for name, full := range w.Full {
		spec := clone(full)
		if w.client.Limits().ClientToken {
			spec.ClientToken = "preview-token" // otherwise each operation has its own random token
		}
		shown, err := w.client.Preview(spec, nil)
		if err != nil {
			t.Errorf("full spec %q: %v", name, err)
			continue
		}
		capture := &Capture{}
		_, _ = w.newClient(capture, &provider.Options{RetryFor: -1}).RunInstances(w.ctx, spec, nil)
		sent := capture.Take()
		if len(sent) != 1 || len(shown) != 1 {
			t.Errorf("full spec %q: %d requests shown, %d sent, want one of each", name, len(shown), len(sent))
			continue
		}
		comparePreview(t, name, shown[0], sent[0])
	}
}

func comparePreview(t *testing.T, name string, shown provider.Request, sent Wire) {
	if shown.Action != sent.Action || shown.Host != sent.Host {
		t.Errorf("full spec %q: shown %s to %s, sent %s to %s", name, shown.Action, shown.Host, sent.Action, sent.Host)
	}
	for k, v := range shown.Params {
		got, ok := sent.Params[k]
		equal := v == "[redacted]" || sameMarked(v, got)
		same := ok && equal
		ignored := volatile[k] || v == sent.Region
		if !same && !ignored {
			t.Errorf("full spec %q: %s shown as %q, sent as %q", name, k, v, got)
		}
		if strings.Contains(v, plantedSecret) {
			t.Errorf("full spec %q: the preview shows the access key's secret", name)
		}
	}
	for k := range sent.Params {
		if _, ok := shown.Params[k]; !ok {
			t.Errorf("full spec %q: %s is sent but not shown", name, k)
		}
	}
}

// sameMarked compares the shown value of a parameter with the sent value. The preview
// cannot show a marker, because each create has a new one.
func sameMarked(shown, sent string) bool {
	head, tail, marked := strings.Cut(shown, "-drawn-for-each-create")
	if !marked {
		return shown == sent
	}
	return len(sent) > len(head)+len(tail) && strings.HasPrefix(sent, head) && strings.HasSuffix(sent, tail)
}

// foreign is an option for a cloud that does not exist.
type foreign struct{}

func (foreign) VendorName() string { return "elsewhere" }

func foreignOptionsAreIgnored(t *testing.T, w *world) {
	s := w.sender()
	before, err := s.send(w.spec(1))
	if err != nil {
		t.Fatal(err)
	}
	spec := w.spec(1)
	spec.Vendor = append(slices.Clone(spec.Vendor), foreign{})
	if after, err := s.send(spec); err != nil || after != before {
		t.Errorf("error %v, request changed: %v", err, after != before)
	}
}
