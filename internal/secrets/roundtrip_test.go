package secrets_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
)

// anything is a cloud that takes every spec, and whose first create is lost.
type anything struct{ specs []provider.RunInstancesSpec }

func (*anything) Name() string { return "anything" }

func (*anything) Support() provider.Support {
	var lines []provider.Field
	for _, path := range provider.Leaves() {
		lines = append(lines, provider.To(path, path))
	}
	return provider.NewSupport("anything", lines)
}

func (*anything) Limits() provider.Limits {
	return provider.Limits{InstancesPerCreate: 100, IDsPerDescribe: 100, IDsPerTerminate: 100, ClientToken: true}
}

func (a *anything) RunInstances(_ context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	a.specs = append(a.specs, *s)
	res := &provider.RunResult{RequestID: "r-1"}
	for i := range s.Count {
		res.InstanceIDs = append(res.InstanceIDs, fmt.Sprintf("i-%d", i))
	}
	return res, nil
}

func (*anything) DescribeInstances(context.Context, *provider.DescribeRequest) (*provider.DescribePage, error) {
	return &provider.DescribePage{}, nil
}

func (*anything) TerminateInstances(context.Context, *provider.TerminateRequest) error { return nil }

// errCut is of a journal of a process that ends at its first save.
var errCut = errors.New("cut off")

// cutOff starts an operation whose process ends before anything is sent, and returns
// its token.
func cutOff(t *testing.T, spec provider.RunInstancesSpec) (token []byte) {
	t.Helper()
	journal := provider.JournalFunc(func(_ context.Context, saved []byte) error {
		if token == nil {
			token = append(token, saved...)
		}
		return errCut
	})
	client := provider.NewClient(&anything{}, &provider.Options{Region: "region-1", RetryFor: -1})
	if _, err := client.RunInstances(t.Context(), spec, &provider.RunOptions{Journal: journal}); !errors.Is(err, errCut) {
		t.Fatalf("the spec is not valid: %v", err)
	}
	return token
}

// resume goes on with an operation in another process.
func resume(t *testing.T, token []byte, spec provider.RunInstancesSpec) (*anything, error) {
	t.Helper()
	cloud := &anything{}
	client := provider.NewClient(cloud, &provider.Options{Region: "region-1", RetryFor: -1})
	_, err := client.Resume(t.Context(), token, &provider.ResumeOptions{Spec: &spec})
	return cloud, err
}

// A program that keeps its specs as JSON, and its secrets elsewhere, can resume its
// operations: with options of every adapter.
func TestASpecFromJSONResumesItsOperation(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		spec := randomSpec(r)
		token := cutOff(t, spec)
		back := throughJSON(t, spec)
		cloud, err := resume(t, token, back)
		if err != nil {
			t.Errorf("seed %d: %v\nbefore %+v\nafter  %+v", seed, err, spec, back)
			continue
		}
		got := cloud.specs[0]
		if got.Login.Password != spec.Login.Password {
			t.Errorf("seed %d: the instances got another password, want that of the spec", seed)
		}
		if string(got.UserData) != string(spec.UserData) {
			t.Errorf("seed %d: the instances got other user data, want that of the spec", seed)
		}
		back.ImageID += "-other"
		if _, err := resume(t, token, back); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("seed %d: with another image: got %v, want ErrInvalid", seed, err)
		}
	}
}

// A program that forgets to put the secrets back is told so before anything is sent.
func TestASpecWithPlaceholdersCreatesNothing(t *testing.T) {
	for _, s := range services() {
		for _, form := range []string{"[redacted]", " [Redacted]\n", "W3JlZGFjdGVkXQ=="} {
			spec := s.spec
			spec.Login.Password, spec.UserData = provider.Secret(form), nil
			client := s.connect(t, config{options: &provider.Options{RetryFor: -1, SearchFor: -1}, transport: wire(func(*http.Request) (*http.Response, error) {
				t.Errorf("%s: a request was sent with %q for a secret", s.cloud, form)
				return nil, errCut
			})})
			_, err := client.RunInstances(t.Context(), spec, nil)
			wantPlaceholder(t, err, "Login.Password")
			spec.Login.Password = password
			for _, o := range rawOptions(form) {
				spec.Vendor = []provider.VendorOption{o}
				_, err = client.RunInstances(t.Context(), spec, nil)
				wantPlaceholder(t, err, `Vendor[0].Params["x"]`)
			}
			spec.Vendor, spec.UserData = nil, []byte(form)
			_, err = client.Preview(spec, nil)
			wantPlaceholder(t, err, "UserData")
		}
	}
}

// rawOptions are options of every adapter with a raw parameter of that value, by value
// and by pointer.
func rawOptions(value string) (list []provider.VendorOption) {
	for _, c := range clouds.All() {
		for _, zero := range c.Options {
			o := reflect.New(reflect.TypeOf(zero))
			o.Elem().FieldByName("Params").Set(reflect.ValueOf(map[string]string{"x": value}))
			list = append(list, o.Interface().(provider.VendorOption), o.Elem().Interface().(provider.VendorOption))
		}
	}
	return list
}

func wantPlaceholder(t *testing.T, err error, path string) {
	t.Helper()
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		t.Errorf("%s: want FieldErrors, got %v", path, err)
		return
	}
	for _, e := range list {
		if e.Path == path {
			return
		}
	}
	t.Errorf("no error names %s: %v", path, err)
}

// throughJSON takes a spec through JSON as a program would that keeps its secrets
// elsewhere: the options of each vendor are decoded into their own type.
func throughJSON(t *testing.T, spec provider.RunInstancesSpec) (back provider.RunInstancesSpec) {
	t.Helper()
	bare := spec
	bare.Login.Password, bare.UserData, bare.Vendor = "", nil, nil
	recode(t, bare, &back)
	back.Login.Password, back.UserData = spec.Login.Password, spec.UserData
	for _, o := range spec.Vendor {
		decoded := reflect.New(reflect.Indirect(reflect.ValueOf(o)).Type())
		recode(t, o, decoded.Interface())
		back.Vendor = append(back.Vendor, decoded.Interface().(provider.VendorOption))
	}
	return back
}

func recode(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// randomSpec returns a spec that is valid on every cloud.
func randomSpec(r *rand.Rand) (s provider.RunInstancesSpec) {
	randomValue(r, reflect.ValueOf(&s).Elem())
	s.Region, s.ImageID, s.Count, s.MinCount, s.ClientToken, s.DryRun = "region-1", "image", 1+r.IntN(3), 1, "", false
	s.Name, s.Hardware = "name", provider.Hardware{GPUs: r.IntN(2)}
	s.Login = provider.Login{Password: password}
	s.UserData = []byte(userData)[:r.IntN(len(userData))]
	randomNetwork(r, &s)
	s.SystemDisk.VolumeID, s.SystemDisk.Encrypted = "", true
	for i := range s.DataDisks {
		s.DataDisks[i].VolumeID, s.DataDisks[i].Encrypted = "", true
	}
	s.Billing = []provider.Billing{
		{},
		{Mode: provider.Prepaid, Period: 1, AutoRenew: new(r.IntN(2) == 0)},
		{Mode: provider.Spot, Spot: provider.SpotOptions{MaxPrice: "0.97", DurationHours: new(r.IntN(2))}},
	}[r.IntN(3)]
	s.Placement.Tenancy, s.Placement.Affinity = provider.HostTenancy, ""
	if s.LaunchTemplate != nil {
		s.LaunchTemplate.ID, s.LaunchTemplate.Name = "lt-1", ""
	}
	s.Vendor = randomOptions(r)
	return s
}

// randomNetwork makes the network of a random spec valid.
func randomNetwork(r *rand.Rand, s *provider.RunInstancesSpec) {
	n := &s.Network
	n.PrivateIPs, n.IPv6Addresses, n.IPFamily = nil, nil, provider.IPv4
	if r.IntN(2) == 0 {
		for i := range s.Count {
			n.PrivateIPs = append(n.PrivateIPs, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
		}
	}
	if n.PublicIP != nil {
		n.PublicIP.ChargeType = provider.PayByTraffic
	}
	for i := range n.Interfaces {
		n.Interfaces[i].PrivateIP = netip.Addr{}
	}
}

// randomOptions returns options of some adapters, by value and by pointer.
func randomOptions(r *rand.Rand) (list []provider.VendorOption) {
	var kinds []reflect.Type
	for _, c := range clouds.All() {
		kinds = append(kinds, reflect.TypeOf(c.Options[0]))
	}
	for _, i := range r.Perm(len(kinds))[:r.IntN(len(kinds)+1)] {
		o := reflect.New(kinds[i])
		randomValue(r, o.Elem())
		if r.IntN(2) == 0 {
			o = o.Elem()
		}
		list = append(list, o.Interface().(provider.VendorOption))
	}
	return list
}

// randomValue leaves a value zero, or sets it to something, or to something empty.
func randomValue(r *rand.Rand, v reflect.Value) {
	if v.Kind() != reflect.Struct && r.IntN(3) == 0 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Now().Add(time.Duration(r.Int64N(1e15))).In(time.FixedZone("", r.IntN(20)*3600))))
		return
	case netip.Addr, []provider.VendorOption:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			randomValue(r, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		randomValue(r, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			randomItem(r, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range r.IntN(3) {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("k.%d", i)), reflect.ValueOf(fmt.Sprint("v", r.IntN(3))))
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text <%d>", r.IntN(100)))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(r.IntN(100)))
	}
}

// randomItem sets an item of a list: a text there must not be empty.
func randomItem(r *rand.Rand, v reflect.Value) {
	if v.Kind() == reflect.String {
		v.SetString(fmt.Sprint("item-", r.IntN(100)))
		return
	}
	randomValue(r, v)
}
