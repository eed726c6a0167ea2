package cloudsim

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// resets are the faults that cut a connection, with the number of instances that a
// create makes.
var resets = map[FaultKind]int{ResetBefore: 0, ResetAfter: 1}

func TestResetInMemory(t *testing.T) {
	for kind, want := range resets {
		t.Run(string(kind), func(t *testing.T) {
			s := fakeSim(nil)
			s.Inject(Fault{Kind: kind, Times: 1})
			_, _, err := fakeCall(t.Context(), s.Transport(), fakeURL, "action=Make")
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error is %v, want a connection reset", err)
			}
			if n := len(s.Instances()); n != want {
				t.Errorf("%d instances exist, want %d", n, want)
			}
			if n := s.Calls(QingCloud, "Make"); n != 1 {
				t.Errorf("%d calls arrived, want 1", n)
			}
			if got := askFake(t, s, "action=List"); len(strings.Fields(got)) != want {
				t.Errorf("after the reset the cloud lists %q, want %d instances", got, want)
			}
		})
	}
}

func TestResetOverLoopback(t *testing.T) {
	for kind, want := range resets {
		t.Run(string(kind), func(t *testing.T) {
			s, srv := startFake(t)
			s.Inject(Fault{Kind: kind, Times: 1})
			rt := freshConnections(t)
			status, body, err := fakeCall(t.Context(), rt, srv.URL(QingCloud), "action=Make")
			if err == nil {
				t.Errorf("answer is %d %q, want a broken connection", status, body)
			}
			if n := len(s.Instances()); n != want {
				t.Errorf("%d instances exist, want %d", n, want)
			}
			if _, _, err := fakeCall(t.Context(), rt, srv.URL(QingCloud), "action=List"); err != nil {
				t.Errorf("after the reset the simulator does not answer: %v", err)
			}
		})
	}
}

func TestTransportKnowsTheVendorsHosts(t *testing.T) {
	hosts := map[string]Cloud{
		"ecs.aliyuncs.com":                     ECS,
		"ecs.cn-hangzhou.aliyuncs.com":         ECS,
		"ecs-cn-hangzhou.aliyuncs.com":         ECS,
		"vpc.aliyuncs.com":                     ECS,
		"vpc.cn-beijing.aliyuncs.com":          ECS,
		"ens.aliyuncs.com":                     ENS,
		"cvm.tencentcloudapi.com":              CVM,
		"cvm.ap-guangzhou.tencentcloudapi.com": CVM,
		"api.qingcloud.com":                    QingCloud,
		"qingcloud.com":                        QingCloud,
	}
	s := New(nil)
	for host, want := range hosts {
		if c := s.byHost(host); c == nil || c.Name != want {
			t.Errorf("%s does not lead to %s", host, want)
		}
	}
}

func TestUnknownHostFailsLikeADial(t *testing.T) {
	for _, host := range []string{"example.com", "rds.aliyuncs.com", "notqingcloud.com", "cbs.tencentcloudapi.com"} {
		_, _, err := fakeCall(t.Context(), fakeSim(nil).Transport(), "https://"+host, "action=Make")
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound || dns.Name != host {
			t.Errorf("%s: error is %v, want no such host", host, err)
		}
		var op *net.OpError
		if !errors.As(err, &op) || op.Op != "dial" {
			t.Errorf("%s: error is %v, want one of dialing: nothing was sent", host, err)
		}
	}
}

func TestCancelledContextSendsNothing(t *testing.T) {
	s := fakeSim(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := fakeCall(ctx, s.Transport(), fakeURL, "action=Make"); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context canceled", err)
	}
	if n := s.Calls(QingCloud, ""); n != 0 {
		t.Errorf("%d calls arrived", n)
	}
}

// closer is a request body that records its Close.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestTransportReadsAndClosesTheBody(t *testing.T) {
	s := fakeSim(nil)
	body := &closer{Reader: strings.NewReader("hello")}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fakeURL+"/?action=Nap&key=testid", body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if !body.closed {
		t.Error("the request body is left open")
	}
	if resp.StatusCode != http.StatusOK || resp.Request != req || resp.ContentLength != 0 {
		t.Errorf("response is %+v, want 200 for the request sent", resp)
	}
	if req.URL.Host != "api.qingcloud.com" || req.RequestURI != "" {
		t.Error("the transport changed the caller's request")
	}
}

func TestTransportReportsABodyItCannotRead(t *testing.T) {
	broken := errors.New("broken pipe of the caller")
	body := &closer{Reader: io.MultiReader(strings.NewReader("x"), failing{broken})}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fakeURL+"/?action=Make&key=testid", body)
	if err != nil {
		t.Fatal(err)
	}
	s := fakeSim(nil)
	resp, err := s.Transport().RoundTrip(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, broken) || !body.closed {
		t.Errorf("error is %v, body closed %v, want the caller's error and true", err, body.closed)
	}
	if n := len(s.Everything()); n != 0 {
		t.Errorf("half a request made %d instances", n)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestInMemoryHandsRequestsToAnyHandler(t *testing.T) {
	rt := InMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/reset" {
			panic(http.ErrAbortHandler)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(r.Host + " " + string(body)))
	}))
	send := func(ctx context.Context, path string) (*http.Response, error) {
		url := "https://any.example" + path
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		return rt.RoundTrip(req)
	}
	resp, err := send(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || string(text) != "any.example hello" {
		t.Errorf("got %q, %v; want the host and the body", text, err)
	}
	if resp.StatusCode != http.StatusAccepted {
		t.Errorf("got status %d, want 202", resp.StatusCode)
	}
	if _, err := send(t.Context(), "/reset"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a connection reset", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := send(ended, "/"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
