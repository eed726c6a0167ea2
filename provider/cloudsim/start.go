package cloudsim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is a [Sim] that listens on one port for each cloud.
type Server struct {
	sim     *Sim
	urls    map[Cloud]string
	servers []*http.Server
	wg      sync.WaitGroup
}

// Start listens for all four clouds in plain HTTP. Addr is the host and the first port,
// as in "127.0.0.1:8080"; the other clouds get the ports after it, in the order of
// [Clouds]. With port 0 the system chooses all four. Empty means "127.0.0.1:0". The
// caller must close the Server.
func (s *Sim) Start(addr string) (*Server, error) {
	host, port, err := net.SplitHostPort(cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		return nil, fmt.Errorf("cloudsim: address %q: %w", addr, err)
	}
	first, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("cloudsim: address %q: port is not a number", addr)
	}
	srv := &Server{sim: s, urls: map[Cloud]string{}}
	for i, c := range Clouds() {
		p := first
		if p != 0 {
			p += uint64(i)
		}
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp",
			net.JoinHostPort(host, strconv.FormatUint(p, 10)))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cloudsim: listen for %s: %w", c, err), srv.Close())
		}
		srv.serve(c, l)
	}
	return srv, nil
}

func (srv *Server) serve(c Cloud, l net.Listener) {
	h := &http.Server{Handler: srv.sim.cloud(c), ReadHeaderTimeout: 10 * time.Second}
	srv.urls[c] = "http://" + l.Addr().String()
	srv.servers = append(srv.servers, h)
	srv.wg.Go(func() { _ = h.Serve(l) })
}

// URL returns the base URL of one cloud, for example "http://127.0.0.1:40001".
func (srv *Server) URL(c Cloud) string { return srv.urls[c] }

// Env returns NAME=value lines for a client in any language: the URL of each cloud and
// the accepted key.
func (srv *Server) Env() []string {
	var lines []string
	for _, c := range Clouds() {
		lines = append(lines, "CLOUDSIM_"+strings.ToUpper(string(c))+"_URL="+srv.urls[c])
	}
	return append(lines,
		"CLOUDSIM_ACCESS_KEY_ID="+srv.sim.opts.AccessKeyID,
		"CLOUDSIM_ACCESS_KEY_SECRET="+srv.sim.opts.AccessKeySecret)
}

// Close stops listening, cuts open connections and waits for the listeners to end.
func (srv *Server) Close() error {
	var errs []error
	for _, h := range srv.servers {
		errs = append(errs, h.Close())
	}
	srv.wg.Wait()
	return errors.Join(errs...)
}

// Shutdown stops listening and lets running calls finish, until ctx ends.
func (srv *Server) Shutdown(ctx context.Context) error {
	var errs []error
	for _, h := range srv.servers {
		errs = append(errs, h.Shutdown(ctx))
	}
	srv.wg.Wait()
	return errors.Join(errs...)
}
