package providertest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// FuzzAnswers gives a driver arbitrary answers. The driver must not panic, must show no
// secret, and must name instances when it reports success. The first inputs are the
// simulator's answers to each call.
func FuzzAnswers(f *testing.F, h Harness) {
	for _, body := range realAnswers(f, h) {
		f.Add(http.StatusOK, body)
	}
	for _, body := range []string{
		"", "null", "{}", "[]", `""`, "0", "<html>", "{", `{"Code":500}`, `{"Response":{}}`,
		`{"Response":{"Error":{}}}`, `{"ret_code":"x"}`,
	} {
		f.Add(http.StatusOK, []byte(body))
		f.Add(http.StatusBadGateway, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			status = http.StatusOK
		}
		synctest.Test(t, func(t *testing.T) { fuzzAnswer(t, h, status, body) })
	})
}

func fuzzAnswer(t *testing.T, h Harness, status int, body []byte) {
	client := h.New(t, answering{status, body}, provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret,
		""),
		&provider.Options{RetryFor: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	spec := clone(&h.Spec)
	spec.Count = 2
	op, err := client.RunInstances(ctx, spec, nil)
	wantCleanAnswer(t, err, body)
	ids := op.InstanceIDs()
	two := len(ids) == 2 && ids[0] != ids[1] && !slices.Contains(ids, "")
	if err == nil && !two {
		t.Errorf("a create of 2 instances succeeded with %q", ids)
	}
	for i, err := range client.DescribeInstances(ctx, provider.Query{IDs: []string{"i-1", "i-2"}}) {
		wantCleanAnswer(t, err, body)
		if err == nil && i.ID == "" {
			t.Error("a described instance has no ID")
		}
	}
	_, err = client.TerminateInstances(ctx, "", []string{"i-1"}, nil)
	wantCleanAnswer(t, err, body)
	for _, err := range append(powerCalls(ctx, client), extraCalls(ctx, h, client)...) {
		wantCleanAnswer(t, err, body)
	}
}

// powerCalls starts, stops and reboots, and returns the errors.
func powerCalls(ctx context.Context, c *provider.Client) []error {
	return []error{
		c.StartInstances(ctx, "", []string{"i-1"}, nil),
		c.StopInstances(ctx, "", []string{"i-1", "i-2"}, nil),
		c.RebootInstances(ctx, "", []string{"i-1"}, nil),
	}
}

// extraCalls makes all calls for launch templates and placement groups that the cloud
// has, and returns the errors.
func extraCalls(ctx context.Context, h Harness, c *provider.Client) (errs []error) {
	if templates, err := launchtemplate.Of(c); err == nil {
		errs = append(errs, templateCalls(ctx, h, templates)...)
	}
	groups, err := placement.Of(c)
	if err != nil {
		return errs
	}
	_, err = groups.Create(ctx, placement.Spec{Name: "fuzz", Strategy: placement.Spread})
	errs = append(errs, err)
	for _, err := range groups.List(ctx, placement.Query{}) {
		errs = append(errs, err)
	}
	return append(errs, groups.MoveIn(ctx, "", "g-1", []string{"i-1"}, nil), groups.Delete(ctx, "", "g-1"))
}

func templateCalls(ctx context.Context, h Harness, templates *launchtemplate.Templates) (errs []error) {
	t := launchtemplate.Spec{Name: "fuzz", Spec: clone(&h.Spec)}
	t.Spec.Login, t.Spec.Count = provider.Login{}, 0
	id, err := templates.Create(ctx, t)
	if id == "" {
		id = "lt-1"
	}
	ref := provider.LaunchTemplateRef{ID: id}
	t.Name = ""
	_, versionErr := templates.CreateVersion(ctx, ref, t)
	errs = append(errs, err, versionErr)
	for _, err := range templates.List(ctx, launchtemplate.Query{}) {
		errs = append(errs, err)
	}
	for _, err := range templates.Versions(ctx, "", ref) {
		errs = append(errs, err)
	}
	return append(errs, templates.DeleteVersions(ctx, "", ref, 2), templates.Delete(ctx, "", ref))
}

// wantCleanAnswer checks that an error shows no secret, unless the answer holds it.
func wantCleanAnswer(t *testing.T, err error, body []byte) {
	t.Helper()
	if !bytes.Contains(body, []byte(plantedSecret)) {
		wantClean(t, err, plantedSecret)
	}
}

// answering is a transport that always returns the same answer. Each answer takes some
// time, so that the end of ctx ends an endless list.
type answering struct {
	status int
	body   []byte
}

// RoundTrip implements http.RoundTripper.
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	select {
	case <-time.After(5 * time.Second):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(a.body)),
		Request: r,
	}, nil
}

// realAnswers returns the simulator's answers to all calls in the life of an instance.
func realAnswers(f *testing.F, h Harness) (bodies [][]byte) {
	inner := h.Cloud(cloudOptions()).Transport()
	client := h.New(f, tee(func(r *http.Request) (*http.Response, error) {
		resp, err := inner.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		bodies = append(bodies, body)
		return resp, err
	}), provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret, ""), &provider.Options{RetryFor: -1})
	op, err := client.RunInstances(f.Context(), h.Spec, nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, err := range client.DescribeInstances(f.Context(), provider.Query{IDs: op.InstanceIDs()}) {
		if err != nil {
			f.Fatal(err)
		}
	}
	_ = client.StopInstances(f.Context(), "", op.InstanceIDs(), nil) // still booting: a refusal
	extraCalls(f.Context(), h, client)
	_, _ = client.TerminateInstances(f.Context(), "", []string{"i-none"}, nil)
	return bodies
}

type tee func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (t tee) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// FuzzSpecs changes the full specs of a driver in any way. Checking and translating
// must never panic, send nothing and show no secret. The first input byte chooses the
// spec. Each change after that takes a path and a value.
func FuzzSpecs(f *testing.F, h Harness) {
	names := slices.Sorted(maps.Keys(h.Full))
	for i := range names {
		f.Add([]byte{byte(i)})
		f.Add([]byte{byte(i), 3, 200, 'a', 7, 130, 0, 255, 9, 12, 1, 1, 1, 40, 90, 'z'})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		client := h.New(t, tee(func(*http.Request) (*http.Response, error) {
			t.Error("a preview made a call")
			return nil, errors.New("no network")
		}), provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret, ""), &provider.Options{RetryFor: -1})
		spec := clone(h.Full[names[int(data[0])%len(names)]])
		m := mutation{data: data[1:]}
		m.change(reflect.ValueOf(&spec).Elem())
		spec.Vendor = slices.Clone(spec.Vendor)
		for i, v := range spec.Vendor {
			spec.Vendor[i] = m.option(v)
		}
		spec.Login.Password = plantedPassword
		list, err := client.Preview(spec, nil)
		wantClean(t, err, plantedPassword)
		for _, r := range list {
			for name, value := range r.Params {
				if strings.Contains(value, plantedPassword) {
					t.Errorf("the preview shows the password in %s", name)
				}
			}
		}
	})
}

// mutation changes values; its bytes control the changes.
type mutation struct{ data []byte }

// next returns the next byte, or 0 at the end.
func (m *mutation) next() byte {
	if len(m.data) == 0 {
		return 0
	}
	b := m.data[0]
	m.data = m.data[1:]
	return b
}

// text returns a text of the next bytes.
func (m *mutation) text() string {
	n := min(int(m.next())*int(m.next()%8+1), len(m.data))
	s := string(m.data[:n])
	m.data = m.data[n:]
	return s
}

func (m *mutation) number() int64 {
	var b [8]byte
	n := copy(b[:], m.data[:min(int(m.next()%9), len(m.data))])
	m.data = m.data[n:]
	return int64(binary.LittleEndian.Uint64(b[:]))
}

// option changes a copy of vendor options.
func (m *mutation) option(v provider.VendorOption) provider.VendorOption {
	old := reflect.ValueOf(v)
	if old.Kind() != reflect.Pointer {
		out := reflect.New(old.Type()).Elem()
		out.Set(deepCopy(old))
		m.change(out)
		return out.Interface().(provider.VendorOption)
	}
	out := deepCopy(old)
	m.change(out.Elem())
	return out.Interface().(provider.VendorOption)
}

// change changes about every eighth value, while bytes are left.
func (m *mutation) change(v reflect.Value) {
	if len(m.data) == 0 || !v.CanSet() || v.Kind() == reflect.Interface {
		return
	}
	if v.Kind() == reflect.Struct && !isValue(v.Type()) {
		for i := range v.NumField() {
			m.change(v.Field(i))
		}
		return
	}
	if m.next()%8 > 0 {
		m.descend(v)
		return
	}
	m.replace(v)
}

func (m *mutation) descend(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			m.change(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			m.change(v.Index(i))
		}
	default: // nothing inside
	}
}

func (m *mutation) replace(v reflect.Value) {
	switch x := v.Interface().(type) {
	case netip.Addr:
		var b [16]byte
		copy(b[:], m.text())
		v.Set(reflect.ValueOf([]netip.Addr{{}, netip.AddrFrom16(b), netip.AddrFrom4([4]byte(b[:4]))}[m.next()%3]))
		return
	case time.Time:
		v.Set(reflect.ValueOf(x.Add(time.Duration(m.number()))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if known := enums()[v.Type()]; known != nil && m.next()%2 == 0 {
			v.SetString(known[int(m.next())%len(known)])
			return
		}
		v.SetString(m.text())
	case reflect.Int, reflect.Int64:
		v.SetInt(m.number())
	case reflect.Uint8:
		v.SetUint(uint64(m.next()))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Float64:
		v.SetFloat(float64(m.number()) / 7)
	default:
		m.replaceContainer(v)
	}
}

func (m *mutation) replaceContainer(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			v.SetZero()
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		m.change(v.Elem())
	case reflect.Slice:
		n := int(m.next() % 40)
		if v.Type().Elem().Kind() == reflect.Interface {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			m.change(v.Index(i))
		}
	case reflect.Map:
		if v.Type().Elem().Kind() != reflect.String || v.Type().Key().Kind() != reflect.String {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range m.next() % 24 {
			v.SetMapIndex(reflect.ValueOf(m.text()).Convert(v.Type().Key()),
				reflect.ValueOf(m.text()).Convert(v.Type().Elem()))
		}
	default: // specs have no such kind
	}
}
