package cloudsim

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Transport returns a round tripper that answers in memory for the vendors' own host
// names (ecs.cn-hangzhou.aliyuncs.com, api.qingcloud.com, ...). So an adapter with its
// usual endpoint talks to the simulator. It opens no socket and starts no goroutine, so
// many instances can run inside a testing/synctest bubble. An injected connection reset
// is an error that matches [syscall.ECONNRESET]. An unknown host fails like a failed
// dial.
func (s *Sim) Transport() http.RoundTripper { return &memory{sim: s} }

type memory struct{ sim *Sim }

// RoundTrip implements http.RoundTripper.
func (t *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := t.sim.byHost(req.URL.Hostname())
	if c == nil {
		return nil, &net.OpError{
			Op: "dial", Net: "tcp",
			Err: &net.DNSError{Err: "no such host", Name: req.URL.Hostname(), IsNotFound: true},
		}
	}
	return answer(c, req)
}

// InMemory returns a round tripper that hands every request to a handler in this process, whatever
// the host, as [Sim.Transport] does for the simulated clouds. It is for simulators of other
// clouds, and works inside a testing/synctest bubble. A handler that panics with
// [http.ErrAbortHandler] resets the connection: the error matches [syscall.ECONNRESET].
func InMemory(h http.Handler) http.RoundTripper { return &toHandler{h} }

type toHandler struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t *toHandler) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return answer(t.handler, req)
}

// answer lets a handler answer a client's request.
func answer(h http.Handler, req *http.Request) (*http.Response, error) {
	in, err := received(req)
	if err != nil {
		return nil, err
	}
	rec := &recorder{header: http.Header{}}
	cut := rec.serve(h, in)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if cut {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return rec.response(req), nil
}

// byHost returns the cloud that serves a vendor's host name.
func (s *Sim) byHost(host string) *core.Service {
	switch {
	case strings.HasSuffix(host, ".aliyuncs.com") && strings.HasPrefix(host, "ecs"):
		return s.cloud(ECS)
	case strings.HasSuffix(host, ".aliyuncs.com") && strings.HasPrefix(host, "vpc"): // the networks of ECS
		return s.cloud(ECS)
	case strings.HasSuffix(host, ".aliyuncs.com") && strings.HasPrefix(host, "ens"):
		return s.cloud(ENS)
	case strings.HasSuffix(host, ".tencentcloudapi.com") && slices.Contains(tencentProducts(), strings.Split(host, ".")[0]):
		return s.cloud(CVM)
	case host == "qingcloud.com" || strings.HasSuffix(host, ".qingcloud.com"):
		return s.cloud(QingCloud)
	default:
		return nil
	}
}

// tencentProducts are the first words of the hosts that serve CVM, its catalog and its tags.
func tencentProducts() []string { return []string{"cvm", "vpc", "region", "tag"} }

// received turns a client's request into the request that an HTTP server reads.
func received(req *http.Request) (*http.Request, error) {
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.ContentLength = int64(len(body))
	return in, nil
}

// recorder is the response writer of the in-memory transport.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// serve runs the handler and reports whether it cut the connection.
func (r *recorder) serve(h http.Handler, in *http.Request) (cut bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			cut = true
		}
	}()
	h.ServeHTTP(r, in)
	return false
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recorder) response(req *http.Request) *http.Response {
	var body io.Reader = bytes.NewReader(r.body.Bytes())
	length := int64(r.body.Len())
	if promised, err := strconv.ParseInt(r.header.Get("Content-Length"), 10, 64); err == nil && promised > length {
		body, length = io.MultiReader(body, cutReader{}), promised
	}
	return &http.Response{
		Status:        strconv.Itoa(r.status) + " " + http.StatusText(r.status),
		StatusCode:    r.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        r.header,
		Body:          io.NopCloser(body),
		ContentLength: length,
		Request:       req,
	}
}

// cutReader ends a body too early.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
