package aliyun

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
)

// roundTrip answers calls without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// answering is a transport that always answers the same.
func answering(status int, body string) roundTrip {
	return func(*http.Request) (*http.Response, error) { return respond(status, body) }
}

func testConfig() Config {
	return Config{Region: "cn-test-1", Credentials: provider.StaticCredentials("key-id-1", "planted-key-secret", "planted-token")}
}

func testDriver(t *testing.T, f http.RoundTripper) *driver {
	t.Helper()
	cfg := testConfig()
	cfg.Transport = f
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wire is a request as the cloud gets it, without what changes in every call.
type wire struct {
	Host   string            `json:"host"`
	Action string            `json:"action"`
	Params map[string]string `json:"params"`
}

// capture records the last request and answers it.
func capture(got *wire, body string) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		form, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		values, err := url.ParseQuery(r.URL.RawQuery + "&" + string(form))
		if err != nil {
			return nil, err
		}
		*got = wire{Host: r.URL.Host, Action: values.Get("Action"), Params: map[string]string{}}
		for name := range values {
			got.Params[name] = values.Get(name)
		}
		for _, name := range []string{
			"Action", "Version", "Format", "Timestamp", "AccessKeyId", "SecurityToken",
			"Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "SignatureType",
		} {
			delete(got.Params, name)
		}
		return respond(200, body)
	}
}

func TestNewNamesEveryProblemOfTheConfig(t *testing.T) {
	_, err := New(Config{Region: "cn hangzhou/", Endpoint: "ftp://user:planted-pass@host/path"})
	if err == nil {
		t.Fatal("a config with a bad region and a bad endpoint was accepted")
	}
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		t.Errorf("got error %v, want a %T", err, all)
	} else if len(all) != 2 {
		t.Errorf("len(all) is %d, want 2", len(all))
	} else if all[0].Path != "Config.Region" {
		t.Errorf(`all[0].Path is %q, want "Config.Region"`, all[0].Path)
	} else if all[0].Value != "cn hangzhou/" {
		t.Errorf(`all[0].Value is %q, want "cn hangzhou/"`, all[0].Value)
	} else if all[1].Path != "Config.Endpoint" {
		t.Errorf(`all[1].Path is %q, want "Config.Endpoint"`, all[1].Path)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
	}
	if strings.Contains(err.Error(), "planted-pass") {
		t.Error("the error shows a secret")
	}
	if _, err := New(Config{}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a config without region: got %v, want ErrInvalid", err)
	}
}

func TestNewNeedsNoNetwork(t *testing.T) {
	cfg := testConfig()
	cfg.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("New made a call")
		return nil, errors.New("no network")
	})
	if c, err := New(cfg); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if c == nil {
		t.Error("c is nil, want a value")
	}
}

func TestEveryRegionHasTheEndpointOfTheVendorsSDK(t *testing.T) {
	for region, want := range ecs.GetEndpointMap() {
		if got, err := endpointFor(region); got != want {
			t.Errorf("%v: got %v, want %v", region, got, want)
		} else if err != nil {
			t.Errorf("%v: got error %v, want none", region, err)
		}
	}
	if ecs.GetEndpointType() != "regional" {
		t.Error("regions outside the SDK's map no longer have endpoints of their own")
	}
}

// The table of section 4.2 of the ECS API reference of 2018.
func TestEveryRegionHasTheDocumentedEndpoint(t *testing.T) {
	for _, region := range []string{
		"cn-zhangjiakou", "cn-huhehaote", "ap-northeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5",
		"ap-south-1", "me-east-1", "eu-central-1", "us-west-1", "us-east-1", "cn-hongkong", "ap-southeast-1",
	} {
		want := "ecs." + region + ".aliyuncs.com"
		if got, err := endpointFor(region); got != want {
			t.Errorf("%v: got %v, want %v", region, got, want)
		} else if err != nil {
			t.Errorf("%v: got error %v, want none", region, err)
		}
	}
}

func TestAnyDocumentedEndpointCanBeGiven(t *testing.T) {
	for _, endpoint := range []string{
		"ecs.aliyuncs.com", "ecs-cn-hangzhou.aliyuncs.com", "https://ecs.cn-hongkong.aliyuncs.com", "ecs.aliyuncs.com:443", "https://ecs.me-east-1.aliyuncs.com/",
	} {
		var url string
		cfg := testConfig()
		cfg.Endpoint = endpoint
		cfg.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			url = r.URL.Scheme + "://" + r.URL.Host
			return respond(200, `{"RequestId":"r","Instances":{"Instance":[]}}`)
		})
		d, err := newDriver(cfg)
		if err != nil {
			t.Errorf("%s: %v", endpoint, err)
			continue
		}
		if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{}); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
		want := "https://" + strings.Trim(strings.TrimPrefix(endpoint, "https://"), "/")
		if url != want {
			t.Errorf("with endpoint %s calls went to %s, want %s", endpoint, url, want)
		}
	}
}

func TestPlainHTTPOnlyWhenAskedFor(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"RequestId":"r","Instances":{"Instance":[]}}`)
	}))
	defer srv.Close()
	for endpoint, works := range map[string]bool{srv.URL: true, strings.TrimPrefix(srv.URL, "http://"): false} {
		cfg := testConfig()
		cfg.Endpoint = endpoint
		d, err := newDriver(cfg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if (err == nil) != works {
			t.Errorf("endpoint %s: got %v, want success %v", endpoint, err, works)
		}
	}
}

func TestUnknownCertificatesAreRefused(t *testing.T) {
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	srv.Config.ErrorLog = nil
	cfg := testConfig()
	cfg.Endpoint = srv.URL
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), minimalSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("a self-signed certificate: got error %v, want a %T", err, e)
	} else if e.Outcome != provider.OutcomeUnsent {
		t.Errorf("a self-signed certificate: Outcome is %v, want %v", e.Outcome, provider.OutcomeUnsent)
	} else if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("a self-signed certificate: got error %v, want %v", err, provider.ErrUnavailable)
	}
}

func TestLimitsAreTheDocumentedOnes(t *testing.T) {
	l := testDriver(t, answering(200, "")).Limits()
	if l.InstancesPerCreate != 100 {
		t.Errorf("InstancesPerCreate is %d, want 100", l.InstancesPerCreate)
	}
	if l.IDsPerDescribe != 100 {
		t.Errorf("IDsPerDescribe is %d, want 100", l.IDsPerDescribe)
	}
	if l.IDsPerTerminate != 100 {
		t.Errorf("IDsPerTerminate is %d, want 100", l.IDsPerTerminate)
	}
	if l.IDsPerPower != 100 {
		t.Errorf("IDsPerPower is %d, want 100", l.IDsPerPower)
	}
	if l.TagFilterCap != 1000 {
		t.Errorf("a filter by tags returns at most %d, documented is 1000", l.TagFilterCap)
	}
	if !l.ClientToken {
		t.Error("ClientToken is false, want true")
	}
	if l.TerminateByBilling {
		t.Error("TerminateByBilling is true, want false")
	}
	for _, api := range []provider.API{
		provider.APIRunInstances, provider.APIDescribeInstances, provider.APITerminateInstances,
		provider.APIStartInstances, provider.APIStopInstances, provider.APIRebootInstances,
	} {
		if l.Rates[api].Calls == 0 {
			t.Errorf("%v: l.Rates[api].Calls is %v, want anything but 0", api, l.Rates[api].Calls)
		}
		if l.Rates[api].Per == 0 {
			t.Errorf("%v: l.Rates[api].Per is %v, want anything but 0", api, l.Rates[api].Per)
		}
	}
	if l.FirstLook == 0 {
		t.Error("no guess of when instances begin to run")
	}
}

func TestDriverName(t *testing.T) {
	d := testDriver(t, answering(200, ""))
	if got := d.Name(); got != "aliyun" {
		t.Errorf(`d.Name() is %q, want "aliyun"`, got)
	}
	if got := d.Support().Driver(); got != "aliyun" {
		t.Errorf(`d.Support().Driver() is %q, want "aliyun"`, got)
	}
	if got := (RunOptions{}).VendorName(); got != "aliyun" {
		t.Errorf(`(RunOptions{}).VendorName() is %q, want "aliyun"`, got)
	}
}
