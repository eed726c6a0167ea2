package specfile_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// fakeOptions are options of a driver of somebody else, with types that no adapter has yet.
type fakeOptions struct {
	Patience time.Duration
	Ratio    float64
	Small    int8
	Key      provider.Secret
	Keys     []provider.Secret
	Boot     provider.UserData
	Nested   map[string]map[string]string
	Lists    map[string][]string
	At       *time.Time
	Inner    *fakeOptions
	Hook     func()
}

func (fakeOptions) VendorName() string { return "fake" }

// all are the options of every cloud, and fakeOptions.
func all() []provider.VendorOption { return append(vendors(), fakeOptions{}) }

// filler fills values with random ones. One is the number of the only leaf to fill, or -1.
type filler struct {
	*rand.Rand
	one, leaves int
	refs        map[string]string
	secrets     map[string]string
	inVendor    bool
}

// skip reports whether the next leaf stays zero.
func (f *filler) skip() bool {
	f.leaves++
	if f.one >= 0 {
		return f.leaves-1 != f.one
	}
	return f.IntN(3) == 0
}

var odd = []string{
	"", " ", "a b", "yes", "No", "null", "~", "true", "0250", "1e3", "2.5", "-", "- a", "a: b",
	"#c", "a #b", "'", `"`, `\`, "\n", "a\nb\n", "\t", "é",
	"云帆", "\U0001f600", "\u0085", "\u2028", "\ufeff", "\x00", "\x7f", "<<",
	"*a", "&a", "!a", "%a", "@a", "`a", "[", "{", "2026-01-02", "0x1F", "=", "?", "|",
	"on", "y", "N", ".inf", "1_000", "12:30", "...", "---", "plain:a", "env:A", "a:", ":a", strings.Repeat("long ", 60),
}

func (f *filler) text() string {
	if f.IntN(2) == 0 {
		return odd[f.IntN(len(odd))] + "x"
	}
	return odd[f.IntN(len(odd))]
}

// secret returns the value of a secret, and makes a reference for it.
func (f *filler) secret(path string) string {
	name := fmt.Sprintf("S%d", len(f.secrets))
	f.secrets[name] = "hunter2-" + name
	f.refs[path] = "vault:" + name
	return f.secrets[name]
}

func isSecret(t reflect.Type) bool {
	return t == reflect.TypeFor[provider.Secret]() || t == reflect.TypeFor[provider.UserData]()
}

// fill fills a value. Raw reports that a text in it is a raw parameter.
func (f *filler) fill(path string, v reflect.Value, raw bool) {
	switch t := v.Type(); {
	case t == reflect.TypeFor[[]provider.VendorOption]():
		f.vendors(path, v)
	case v.Kind() == reflect.Func, v.Kind() == reflect.Interface: // of the program
	case isSecret(t), raw && v.Kind() == reflect.String:
		if !f.skip() {
			v.Set(reflect.ValueOf(f.secret(path)).Convert(t))
		}
	case t == reflect.TypeFor[netip.Addr]():
		if !f.skip() {
			v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{10, 0, byte(f.IntN(256)), byte(f.IntN(256))})))
		}
	case t == reflect.TypeFor[time.Time]():
		if !f.skip() {
			v.Set(reflect.ValueOf(time.Unix(f.Int64N(4e9), f.Int64N(1e9)).UTC()))
		}
	case t == reflect.TypeFor[time.Duration]():
		if !f.skip() {
			v.SetInt(f.Int64N(1e6) * int64(time.Second))
		}
	case v.Kind() == reflect.Pointer:
		f.pointer(path, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f.fill(strings.TrimPrefix(path+"."+specfile.FieldName(t.Field(i).Name), "."), v.Field(i), false)
		}
	case v.Kind() == reflect.Slice:
		f.list(path, v, raw)
	case v.Kind() == reflect.Map:
		f.entries(path, v)
	default:
		if !f.skip() {
			f.scalar(v)
		}
	}
}

func (f *filler) scalar(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text())
		if list := enumOf(v.Type().Name()); list != nil {
			v.SetString(list[f.IntN(len(list))])
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(f.NormFloat64() * 1e9)
	default:
		v.SetInt(int64(f.IntN(127)) - 20)
	}
}

func (f *filler) pointer(path string, v reflect.Value) {
	if f.skip() || strings.Count(path, "inner") > 2 {
		return
	}
	v.Set(reflect.New(v.Type().Elem()))
	f.fill(path, v.Elem(), false)
}

func (f *filler) list(path string, v reflect.Value, raw bool) {
	n := 1
	if f.one < 0 {
		n = f.IntN(3)
	}
	list := reflect.MakeSlice(v.Type(), n, n)
	before := f.leaves
	for i := range n {
		at := fmt.Sprintf("%s[%d]", path, i)
		if v.Type().Elem() == reflect.TypeFor[netip.Addr]() {
			list.Index(i).Set(reflect.ValueOf(netip.MustParseAddr("2001:db8::1")))
		} else if text := raw || v.Type().Elem() == reflect.TypeFor[provider.Secret](); text {
			list.Index(i).Set(reflect.ValueOf(f.secret(at)).Convert(v.Type().Elem()))
		} else {
			f.fill(at, list.Index(i), raw)
		}
	}
	inside := before <= f.one && f.one < f.leaves
	if n == 0 {
		return
	}
	if f.one < 0 || inside || !f.skip() {
		v.Set(list)
	}
}

func (f *filler) entries(path string, v reflect.Value) {
	if f.skip() {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range f.IntN(4) {
		key := f.text()
		value := reflect.New(v.Type().Elem()).Elem()
		at := path + "[" + fmt.Sprintf("%q", key) + "]"
		switch {
		case value.Kind() != reflect.String:
			f.fill(at, value, true)
			if value.IsNil() {
				continue
			}
		case f.inVendor:
			value.SetString(f.secret(at))
		default:
			value.SetString(f.text())
		}
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

func (f *filler) vendors(path string, v reflect.Value) {
	f.inVendor = true
	defer func() { f.inVendor = false }()
	var list []provider.VendorOption
	for _, o := range all() {
		options := reflect.New(reflect.TypeOf(o))
		before := f.leaves
		f.fill(path+"."+o.VendorName(), options.Elem(), false)
		inside := before <= f.one && f.one < f.leaves
		if f.one < 0 || inside {
			list = append(list, options.Elem().Interface().(provider.VendorOption))
		}
	}
	slices.SortFunc(list, func(a, b provider.VendorOption) int { return cmp.Compare(a.VendorName(), b.VendorName()) })
	if list != nil {
		v.Set(reflect.ValueOf(list))
	}
}

// filled returns a random file, and the secrets that its references stand for. It also returns
// how many leaves there are.
func filled(seed uint64, one int) (*specfile.File, map[string]string, int) {
	f := &filler{Rand: rand.New(rand.NewPCG(seed, 1)), one: one, refs: map[string]string{}, secrets: map[string]string{}}
	file := &specfile.File{References: f.refs}
	f.fill("spec", reflect.ValueOf(&file.Spec).Elem(), false)
	f.fill("run", reflect.ValueOf(&file.Run).Elem(), false)
	return file, f.secrets, f.leaves
}

// vault returns options whose references of the kind "vault" are the secrets.
func vault(secrets map[string]string) *specfile.Options {
	return &specfile.Options{Vendors: all(), Resolvers: map[string]specfile.Resolver{
		"vault": func(rest string) ([]byte, error) { return []byte(secrets[rest]), nil },
	}}
}

// checkRoundTrip writes a file, reads it, and compares both, in both formats.
func checkRoundTrip(t *testing.T, file *specfile.File, secrets map[string]string) {
	t.Helper()
	for _, format := range []specfile.Format{specfile.YAML, specfile.JSON} {
		data, err := file.Marshal(format)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if bytes.Contains(data, []byte("hunter2")) {
			t.Fatalf("%s holds a secret:\n%s", format, data)
		}
		o := vault(secrets)
		o.Format = format
		got, err := specfile.Parse(data, "f", o)
		if err != nil {
			t.Fatalf("%s: %v in\n%s", format, err, data)
		}
		if !reflect.DeepEqual(got.Spec, file.Spec) || !reflect.DeepEqual(got.Run, file.Run) {
			t.Fatalf("%s came back as another one:\n%s", format, data)
		}
		again, err := got.Marshal(format)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%s is written in another way the second time: %v\n%s\n%s", format, err, data, again)
		}
	}
}

// No leaf is lost or changed on its way through a file.
func TestEveryLeafComesBack(t *testing.T) {
	_, _, leaves := filled(1, 0)
	if leaves < 200 {
		t.Fatalf("%d leaves, want more", leaves)
	}
	set := 0
	for one := range leaves {
		file, secrets, _ := filled(uint64(one), one)
		if !reflect.ValueOf(file.Spec).IsZero() || !reflect.ValueOf(file.Run).IsZero() {
			set++
		}
		checkRoundTrip(t, file, secrets)
	}
	if set < leaves*9/10 {
		t.Errorf("%d of %d leaves were set, want nearly all", set, leaves)
	}
}

func TestRandomFilesComeBack(t *testing.T) {
	for seed := range uint64(300) {
		file, secrets, _ := filled(seed, -1)
		checkRoundTrip(t, file, secrets)
	}
}

func TestValidSpecsComeBack(t *testing.T) {
	for _, c := range clouds.All() {
		file := &specfile.File{Cloud: c.Name, Spec: c.Spec, References: map[string]string{"spec.login.password": "vault:p"}}
		checkRoundTrip(t, file, map[string]string{"p": c.Spec.Login.Password.Reveal()})
	}
}

// What a person sees of a file: a fixed order, no zero fields, quotes only where they are needed.
func TestWrittenForms(t *testing.T) {
	no, zero := false, 0
	file := &specfile.File{
		Cloud: "aliyun",
		Spec: provider.RunInstancesSpec{
			Zone: "cn-hangzhou-g", Count: 3, Description: "web: blue",
			Login: provider.Login{Password: "hunter2"},
			Network: provider.Network{
				PublicIP: &provider.PublicIP{}, PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::")},
			},
			SystemDisk: provider.Disk{SizeGiB: 40, DeleteWithInstance: &no},
			DataDisks:  []provider.Disk{{}, {SizeGiB: 100}},
			Billing:    provider.Billing{Spot: provider.SpotOptions{MaxPrice: "0.10", DurationHours: &zero}},
			Tags:       map[string]string{"b": "yes", "a": "1"}, UserData: []byte("hunter2"),
			AutoReleaseTime: time.Date(2026, 12, 31, 20, 0, 0, 0, time.FixedZone("", 8*3600)),
			Vendor: []provider.VendorOption{
				&fakeOptions{Patience: 2 * time.Minute, Ratio: 0.5}, clouds.All()[0].Options[0],
			},
		},
		Run: provider.RunOptions{
			Owner: "web", Alternatives: []provider.Alternative{{Zone: "b"}}, OnFailure: provider.KeepOnFailure,
		},
		References: map[string]string{"spec.login.password": "env:P", "spec.userData": "file:boot.sh", "spec.gone": "env:X"},
	}
	for _, format := range []specfile.Format{specfile.YAML, specfile.JSON} {
		var b bytes.Buffer
		if err := file.Write(&b, format); err != nil {
			t.Fatal(err)
		}
		golden(t, "written."+string(format), b.String())
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]string{
		"2m": "2m", "90s": "1m30s", "1h": "1h", "1h30m": "1h30m", "1h0m5s": "1h0m5s", "250ms": "250ms",
	} {
		in := "version: 1\nspec:\n  vendor:\n    fake:\n      patience: " + text + "\n"
		f, err := specfile.Parse([]byte(in), "f", &specfile.Options{Vendors: all()})
		if err != nil {
			t.Fatal(err)
		}
		out, err := f.Marshal(specfile.YAML)
		if err != nil {
			t.Fatal(err)
		}
		if line := "patience: " + want + "\n"; !strings.Contains(string(out), line) {
			t.Errorf("%s: got\n%s\nwant the line %s", text, out, line)
		}
	}
	in := "version: 1\nspec:\n  vendor:\n    fake: {patience: 120, ratio: fast, small: 300, hook: a}\n"
	_, err := specfile.Parse([]byte(in), "f", &specfile.Options{Vendors: all()})
	const want = "f:4:22: spec.vendor.fake.patience: 120 is a duration without a unit; write one like 90s, 2m or 1h30m\n" +
		"f:4:34: spec.vendor.fake.ratio: \"fast\" is not a number\n" +
		"f:4:47: spec.vendor.fake.small: \"300\" is too large\n" +
		"f:4:52: spec.vendor.fake.hook: is set by the program: files do not have it"
	if fmt.Sprint(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The same pointer or value type comes back as the program named it.
func TestOptionsKeepTheirType(t *testing.T) {
	in := []byte("version: 1\nspec: {vendor: {fake: {small: 1}}}\n")
	for _, o := range []provider.VendorOption{fakeOptions{}, &fakeOptions{}, (*fakeOptions)(nil)} {
		f, err := specfile.Parse(in, "f", &specfile.Options{Vendors: []provider.VendorOption{o}})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := reflect.TypeOf(f.Spec.Vendor[0]), reflect.TypeOf(o); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
