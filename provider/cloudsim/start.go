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
	"syscall"
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
	host, first, err := firstPort(cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	srv := &Server{sim: s, urls: map[Cloud]string{}}
	for i, c := range Clouds() {
		p := first
		if p != 0 {
			p += i
		}
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if err != nil {
			return nil, errors.Join(listenError(c, first, p, err), srv.Close())
		}
		srv.serve(c, l)
	}
	return srv, nil
}

// firstPort reads an address: a host, and the port of the first cloud.
func firstPort(addr string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("cloudsim: address %q: want host:port: %w", addr, err)
	}
	port, err = strconv.Atoi(text)
	last := maxPort - len(Clouds()) + 1
	switch {
	case err != nil:
		return "", 0, fmt.Errorf("cloudsim: address %q: port %q is not a number; want 0 to %d", addr, text, last)
	case port < 0 || port > maxPort:
		return "", 0, fmt.Errorf("cloudsim: address %q: port %d is out of range; want 0 to %d", addr, port, last)
	case port > last:
		return "", 0, fmt.Errorf("cloudsim: address %q: the clouds need %d consecutive ports, so the first is at most %d",
			addr, len(Clouds()), last)
	}
	return host, port, nil
}

const maxPort = 1<<16 - 1

// listenError describes a port that cannot be had. The port is 0 if the system chooses it.
func listenError(c Cloud, first, port int, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) && port != 0 {
		return fmt.Errorf("cloudsim: listen for %s: port %d is in use; the clouds need the ports %d to %d "+
			"(port 0 lets the system choose): %w", c, port, first, first+len(Clouds())-1, err)
	}
	return fmt.Errorf("cloudsim: listen for %s: %w", c, err)
}

func (srv *Server) serve(c Cloud, l net.Listener) {
	h := &http.Server{Handler: srv.sim.Handler(c), ReadHeaderTimeout: 10 * time.Second}
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
