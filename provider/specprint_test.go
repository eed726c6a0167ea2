package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// knobs are options of a vendor with values of every kind.
type knobs struct {
	Word    string
	Number  int
	Ratio   float64
	Switch  *bool
	Level   *int
	Words   []string
	Bytes   []byte
	Address netip.Addr
	Time    time.Time
	Big     *big.Int
	Disk    knob
	Disks   []knob
	More    *knob
	Params  map[string]string
	Key     Secret
	Keys    map[string]Secret
	Own     *knobs
	Hook    func() `json:"-"`
	knob
	hidden string //nolint:unused // the walk must leave it alone
}

type knob struct {
	ID   string
	Fast *bool
}

func (knobs) VendorName() string { return "knobs" }

// others are the options of another vendor.
type others struct{ Params map[string]string }

func (others) VendorName() string { return "others" }

// sample is a spec, with options, in which much is set.
func sample() (*RunInstancesSpec, *RunOptions) {
	s := &RunInstancesSpec{
		Region: "region-1", Count: 2, ImageID: "image", InstanceType: "t1.small", Name: "web",
		Login:      Login{Password: "hunter2"},
		Network:    Network{SubnetID: "net-1", SecurityGroupIDs: []string{"sg-1", "sg-2"}, PublicIP: &PublicIP{BandwidthMbps: 5}},
		SystemDisk: Disk{Type: "ssd", SizeGiB: 40},
		DataDisks:  []Disk{{SizeGiB: 100, DeleteWithInstance: new(false)}, {SizeGiB: 200}},
		Tags:       map[string]string{"team": "red", "a.b": "c"}, UserData: []byte("#!/bin/sh"),
		AutoReleaseTime: time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC),
		Vendor:          []VendorOption{knobs{Number: 7, Params: map[string]string{"HttpTokens": "required"}, Key: "hunter3"}},
	}
	return s, &RunOptions{Owner: "billing", Alternatives: []Alternative{{InstanceType: "t2.small"}, {Zone: "b"}}}
}

func TestAPrintNamesWhatIsSet(t *testing.T) {
	s, o := sample()
	want := []string{
		"AutoReleaseTime", "Count", "DataDisks[0]", "DataDisks[0].DeleteWithInstance", "DataDisks[0].SizeGiB", "DataDisks[1]", "DataDisks[1].SizeGiB",
		"ImageID", "InstanceType", "Login.Password", "Name", "Network.PublicIP", "Network.PublicIP.BandwidthMbps", "Network.SecurityGroupIDs[0]",
		"Network.SecurityGroupIDs[1]", "Network.SubnetID", "Region", "Run.Alternatives[0]", "Run.Alternatives[0].InstanceType", "Run.Alternatives[1]",
		"Run.Alternatives[1].Zone", "Run.Owner", "SystemDisk.SizeGiB", "SystemDisk.Type", `Tags["a.b"]`, `Tags["team"]`, "UserData",
		`Vendor["knobs"]`, `Vendor["knobs"].Key`, `Vendor["knobs"].Number`, `Vendor["knobs"].Params["HttpTokens"]`,
	}
	if got := slices.Sorted(maps.Keys(printSpec(s, o, "op-1"))); !slices.Equal(got, want) {
		t.Errorf("the print names\n%q, want\n%q", got, want)
	}
}

func TestAPrintSaysOfSecretsOnlyThatTheyAreThere(t *testing.T) {
	s, o := sample()
	print := printSpec(s, o, "op-1")
	for _, path := range []string{"Login.Password", "UserData", `Vendor["knobs"].Key`, `Vendor["knobs"].Params["HttpTokens"]`} {
		if got := print[path]; got != "set" {
			t.Errorf("%s is %q, want set", path, got)
		}
	}
	s.Login.Password, s.UserData = "other", []byte("other")
	s.Vendor = []VendorOption{knobs{Number: 7, Params: map[string]string{"HttpTokens": "other"}, Key: "other"}}
	if got := print.Differences(printSpec(s, o, "op-1")); len(got) > 0 {
		t.Errorf("other secrets differ in %q: something of them is in the print", got)
	}
	other, _ := sample()
	if specHash(s, o) != specHash(other, o) {
		t.Error("something of the secrets is in the hash")
	}
}

func TestDigestsOfTwoOperationsCannotBeCompared(t *testing.T) {
	s, o := sample()
	one, two := printSpec(s, o, "op-1"), printSpec(s, o, "op-2")
	seen := map[string]string{}
	for path, digest := range one {
		if digest == "set" {
			continue
		}
		if digest == two[path] {
			t.Errorf("%s has the same digest in two operations", path)
		}
		if same, ok := seen[digest]; ok {
			t.Errorf("%s and %s have one digest", path, same)
		}
		if len(digest) < 8 || len(digest) > 12 {
			t.Errorf("%s: a digest of %d characters, want 8 to 12", path, len(digest))
		}
		seen[digest] = path
	}
}

// A difference is named as a person would write it.
func TestDifferencesAreNamed(t *testing.T) {
	for want, change := range map[string]func(s *RunInstancesSpec, o *RunOptions){
		"":                                func(*RunInstancesSpec, *RunOptions) {},
		"InstanceType":                    func(s *RunInstancesSpec, _ *RunOptions) { s.InstanceType = "t1.large" },
		`InstanceType Tags["team"]`:       func(s *RunInstancesSpec, _ *RunOptions) { s.InstanceType, s.Tags = "", map[string]string{"a.b": "c"} },
		`Tags["new"]`:                     func(s *RunInstancesSpec, _ *RunOptions) { s.Tags["new"] = "" },
		"DataDisks[0].DeleteWithInstance": func(s *RunInstancesSpec, _ *RunOptions) { s.DataDisks[0].DeleteWithInstance = nil },
		"DataDisks[1]":                    func(s *RunInstancesSpec, _ *RunOptions) { s.DataDisks = s.DataDisks[:1] },
		"DataDisks[2]":                    func(s *RunInstancesSpec, _ *RunOptions) { s.DataDisks = append(s.DataDisks, Disk{}) },
		"Network.PublicIP":                func(s *RunInstancesSpec, _ *RunOptions) { s.Network.PublicIP = nil },
		"Network.PublicIP.BandwidthMbps":  func(s *RunInstancesSpec, _ *RunOptions) { s.Network.PublicIP = &PublicIP{} },
		"Network.SecurityGroupIDs[0] Network.SecurityGroupIDs[1]": func(s *RunInstancesSpec, _ *RunOptions) { slices.Reverse(s.Network.SecurityGroupIDs) },
		"Login.Password":                       func(s *RunInstancesSpec, _ *RunOptions) { s.Login.Password = "" },
		"LaunchTemplate":                       func(s *RunInstancesSpec, _ *RunOptions) { s.LaunchTemplate = &LaunchTemplateRef{ID: "lt-1"} },
		"AutoReleaseTime":                      func(s *RunInstancesSpec, _ *RunOptions) { s.AutoReleaseTime = s.AutoReleaseTime.Add(time.Nanosecond) },
		`Vendor["knobs"]`:                      func(s *RunInstancesSpec, _ *RunOptions) { s.Vendor = nil },
		`Vendor["others"]`:                     func(s *RunInstancesSpec, _ *RunOptions) { s.Vendor = append(s.Vendor, others{}) },
		`Vendor["knobs"].Params["HttpTokens"]`: func(s *RunInstancesSpec, _ *RunOptions) { s.Vendor = []VendorOption{knobs{Number: 7, Key: "k"}} },
		"Run.Owner":                            func(_ *RunInstancesSpec, o *RunOptions) { o.Owner = "" },
		"Run.Alternatives[0].InstanceType":     func(_ *RunInstancesSpec, o *RunOptions) { o.Alternatives[0].InstanceType = "t3.small" },
		"Run.Alternatives[2]": func(_ *RunInstancesSpec, o *RunOptions) {
			o.Alternatives = append(o.Alternatives, Alternative{Zone: "c"})
		},
		"Name Run.Alternatives[1]": func(s *RunInstancesSpec, o *RunOptions) { s.Name, o.Alternatives = "db", o.Alternatives[:1] },
	} {
		s, o := sample()
		before, hash := printSpec(s, o, "op-1"), specHash(s, o)
		change(s, o)
		after := printSpec(s, o, "op-1")
		if got := strings.Join(before.Differences(after), " "); got != want {
			t.Errorf("the differences are %q, want %q", got, want)
		}
		if got := strings.Join(after.Differences(before), " "); got != want {
			t.Errorf("the other way round the differences are %q, want %q", got, want)
		}
		if same := specHash(s, o) == hash; same != (want == "") {
			t.Errorf("%q differs, and the hashes are the same: %t", want, same)
		}
	}
}

func TestAnUnknownPrintDiffersInNothing(t *testing.T) {
	s, o := sample()
	print := printSpec(s, o, "op-1")
	if got := print.Differences(nil); got != nil {
		t.Errorf("from the print of nobody it differs in %q", got)
	}
	if got := specs.Print(nil).Differences(print); got != nil {
		t.Errorf("the print of nobody differs in %q", got)
	}
}

func TestEmptyAndAbsentAreOne(t *testing.T) {
	one, other := RunInstancesSpec{}, RunInstancesSpec{
		Login: Login{KeyPairs: []string{}}, DataDisks: []Disk{}, Tags: map[string]string{}, UserData: UserData{}, Vendor: []VendorOption{},
		Network:   Network{SecurityGroupIDs: []string{}, PrivateIPs: []netip.Addr{}, IPv6Addresses: []netip.Addr{}, Interfaces: []NetworkInterface{}},
		Placement: Placement{DedicatedHostIDs: []string{}}, AutoReleaseTime: time.Time{}.In(time.FixedZone("", 3600)),
	}
	bare, full := knobs{}, knobs{
		Words: []string{}, Bytes: []byte{}, Disks: []knob{}, Params: map[string]string{}, Keys: map[string]Secret{}, Time: time.Time{}.UTC(),
	}
	for range 2 {
		if got := printSpec(&one, &RunOptions{}, "op-1").Differences(printSpec(&other, &RunOptions{Alternatives: []Alternative{}}, "op-1")); len(got) > 0 {
			t.Errorf("empty and absent differ in %q", got)
		}
		if specHash(&one, &RunOptions{}) != specHash(&other, &RunOptions{}) {
			t.Error("empty and absent have different hashes")
		}
		one.Vendor, other.Vendor = []VendorOption{bare, &others{}}, []VendorOption{others{}, &full}
	}
}

func TestMomentsAreOneInEveryZone(t *testing.T) {
	at := time.Now() // with a monotonic reading
	one, other := RunInstancesSpec{AutoReleaseTime: at}, RunInstancesSpec{AutoReleaseTime: at.Round(0).In(time.FixedZone("far", 9*3600+1800))}
	if specHash(&one, &RunOptions{}) != specHash(&other, &RunOptions{}) {
		t.Error("one moment has two hashes")
	}
}

func TestChoicesAreNotAbsent(t *testing.T) {
	seen := map[string]string{}
	for what, s := range map[string]RunInstancesSpec{
		"nothing":           {},
		"a public address":  {Network: Network{PublicIP: &PublicIP{}}},
		"no agent":          {SecurityAgent: new(false)},
		"an agent":          {SecurityAgent: new(true)},
		"a disk":            {DataDisks: []Disk{{}}},
		"two disks":         {DataDisks: []Disk{{}, {}}},
		"an empty tag":      {Tags: map[string]string{"a": ""}},
		"options":           {Vendor: []VendorOption{knobs{}}},
		"a choice of zero":  {Vendor: []VendorOption{knobs{Level: new(0)}}},
		"an empty word":     {Vendor: []VendorOption{knobs{Words: []string{""}}}},
		"an empty struct":   {Vendor: []VendorOption{knobs{More: &knob{}}}},
		"a number":          {Vendor: []VendorOption{knobs{Big: big.NewInt(1)}}},
		"a greater number":  {Vendor: []VendorOption{knobs{Big: big.NewInt(2)}}},
		"an embedded field": {Vendor: []VendorOption{knobs{knob: knob{ID: "x"}}}},
		"a raw parameter":   {Vendor: []VendorOption{knobs{Params: map[string]string{"a": "b"}}}},
		"an empty one":      {Vendor: []VendorOption{knobs{Params: map[string]string{"a": ""}}}},
	} {
		h := specHash(&s, &RunOptions{})
		if same, ok := seen[h]; ok {
			t.Errorf("%s and %s have one hash", what, same)
		}
		seen[h] = what
	}
}

func TestOptionsThatHoldThemselvesHaveAHash(t *testing.T) {
	o := &knobs{Number: 1}
	o.Own = o
	if specHash(&RunInstancesSpec{Vendor: []VendorOption{o}}, &RunOptions{}) == "" {
		t.Error("no hash")
	}
}

// A token holds the print: a spec with an address for each of thousands of instances
// must not make it long.
func TestAPrintStaysSmall(t *testing.T) {
	var s RunInstancesSpec
	fill(reflect.ValueOf(&s).Elem())
	s.Vendor = []VendorOption{knobs{Number: 1, Params: map[string]string{"SomeRawParameter.1": "x", "SomeRawParameter.2": "x"}}}
	s.Tags = map[string]string{}
	for i := range 20 {
		s.Tags[fmt.Sprintf("some-tag-%d", i)] = "value"
	}
	o := &RunOptions{Owner: "someone", Alternatives: slices.Repeat([]Alternative{{"t1", "zone", "subnet", "ssd"}}, 3)}
	full := printSpec(&s, o, "op-1")
	size := len(encode(t, full))
	t.Logf("a full spec: %d entries, %d bytes", len(full), size)
	if size > 6<<10 {
		t.Errorf("the print of a full spec takes %d bytes", size)
	}
	for range 5000 {
		s.Network.PrivateIPs = append(s.Network.PrivateIPs, netip.AddrFrom4([4]byte{10, 0, byte(len(s.Network.PrivateIPs) >> 8), byte(len(s.Network.PrivateIPs))}))
	}
	long := printSpec(&s, o, "op-1")
	if got := len(encode(t, long)) - size; got > 100 {
		t.Errorf("5000 addresses make the print %d bytes longer", got)
	}
	if got, want := full.Differences(long), []string{"Network.PrivateIPs"}; !slices.Equal(got, want) {
		t.Errorf("the difference is %q, want %q", got, want)
	}
	s.Network.PrivateIPs[4000] = netip.MustParseAddr("10.9.9.9")
	if got, want := long.Differences(printSpec(&s, o, "op-1")), []string{"Network.PrivateIPs"}; !slices.Equal(got, want) {
		t.Errorf("one address of many: the difference is %q, want %q", got, want)
	}
}

func TestALongListIsOneEntry(t *testing.T) {
	for items, want := range map[int]int{0: 0, 1: 1, 48: 48, 49: 1, 60: 1} {
		s := RunInstancesSpec{Network: Network{SecurityGroupIDs: slices.Repeat([]string{"sg"}, items)}}
		if got := len(printSpec(&s, &RunOptions{}, "op-1")); got != want {
			t.Errorf("a list of %d has %d entries, want %d", items, got, want)
		}
	}
	s := RunInstancesSpec{Network: Network{SecurityGroupIDs: slices.Repeat([]string{"sg"}, 60)}}
	if got, want := specHash(&s, &RunOptions{}), "d82fbf0b25a1d16bf4f41bc4b0c4427c"; got != want {
		t.Errorf("the hash became %s, it was %s: operations under way could not be resumed after an upgrade", got, want)
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A spec that goes through JSON, and gets its secrets back, is the same spec.
func TestASpecKeepsItsHashThroughJSON(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		var s, back RunInstancesSpec
		randomValue(r, reflect.ValueOf(&s).Elem(), 0)
		var o, other knobs
		randomValue(r, reflect.ValueOf(&o).Elem(), 0)
		if err := json.Unmarshal(encode(t, s), &back); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := json.Unmarshal(encode(t, o), &other); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		s.Login.Password, s.UserData, o.Key = "hunter2", []byte("#!/bin/sh"), "hunter3"
		back.Login.Password, back.UserData, other.Key = s.Login.Password, s.UserData, o.Key
		s.Vendor, back.Vendor = []VendorOption{others{}, &o}, []VendorOption{other, &others{}}
		run := &RunOptions{Owner: "x"}
		if got := printSpec(&s, run, "op-1").Differences(printSpec(&back, run, "op-1")); len(got) > 0 {
			t.Errorf("seed %d: after JSON the spec differs in %q", seed, got)
		}
		if specHash(&s, run) != specHash(&back, run) {
			t.Errorf("seed %d: after JSON the spec has another hash", seed)
		}
	}
}

// randomValue sets a value to zero, to something empty or to something; secrets stay.
func randomValue(r *rand.Rand, v reflect.Value, depth int) {
	if !v.CanSet() {
		return
	}
	if r.IntN(4) == 0 && depth > 0 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		zones := []*time.Location{time.UTC, time.Local, time.FixedZone("here", 8*3600), time.FixedZone("there", -5*3600-1800)}
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(1<<32), r.Int64N(1e9)).In(zones[r.IntN(len(zones))])))
		return
	case netip.Addr:
		list := []string{"10.0.0.1", "fd00::1", "::ffff:10.0.0.1", "fe80::1%eth0"}
		v.Set(reflect.ValueOf(netip.MustParseAddr(list[r.IntN(len(list))])))
		return
	case *big.Int:
		v.Set(reflect.ValueOf(big.NewInt(r.Int64N(3))))
		return
	case []VendorOption, Secret, UserData, map[string]Secret:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			randomValue(r, v.Field(i), depth+1)
		}
	case reflect.Pointer:
		if depth < 4 {
			v.Set(reflect.New(v.Type().Elem()))
			randomValue(r, v.Elem(), depth+1)
		}
	case reflect.Slice:
		n := r.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			randomValue(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range r.IntN(4) {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("k.%d", i)), reflect.ValueOf(fmt.Sprint(r.IntN(3))).Convert(v.Type().Elem()))
		}
	case reflect.String:
		v.SetString([]string{"", "a", "ü\"<\n", "[x]"}[r.IntN(4)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Uint8, reflect.Float64:
		v.Set(reflect.ValueOf(r.IntN(100)).Convert(v.Type()))
	}
}

// The hash in tokens of version 1 stays what it was when they were written.
func TestTheOldHashStays(t *testing.T) {
	s, o := sample()
	hash := specHashV1(s, o)
	if want := "9e7574b91304f1e7aebd750ec984faaa"; hash != want {
		t.Errorf("the hash became %s, it was %s: operations under way could not be resumed after an upgrade", hash, want)
	}
	if !specMatches(hash, s, o) {
		t.Error("a token of version 1 is refused its own spec")
	}
	if !specMatches(specHash(s, o), s, o) {
		t.Error("a spec does not match its own hash")
	}
	s.Name = "db"
	if specMatches(hash, s, o) {
		t.Error("a token of version 1 takes another spec")
	}
}

func BenchmarkSpecHash(b *testing.B) {
	var s RunInstancesSpec
	fill(reflect.ValueOf(&s).Elem())
	s.Vendor = []VendorOption{knobs{Number: 1, Params: map[string]string{"a": "b"}}}
	o := &RunOptions{Owner: "x", Alternatives: []Alternative{{"t1", "zone", "subnet", "ssd"}}}
	b.Run("hash", func(b *testing.B) {
		for b.Loop() {
			_ = specHash(&s, o)
		}
	})
	b.Run("print", func(b *testing.B) {
		for b.Loop() {
			_ = printSpec(&s, o, "op-1")
		}
	})
}
