package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Server is a control API that listens.
type Server struct {
	url  string
	http *http.Server
	wg   sync.WaitGroup
}

// Start serves [Handler] in plain HTTP on a loopback address, as in "127.0.0.1:8090",
// "localhost:0" or "[::1]:8090". With port 0 the system chooses the port. It refuses any
// other address. The caller must close the Server.
func Start(sim *cloudsim.Sim, addr string) (*Server, error) {
	if err := checkAddress(addr); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("control: address %q: the port is in use (port 0 lets the system choose): %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("control: address %q: %w", addr, err)
	}
	if at, ok := l.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() { // a name may mean anything
		return nil, errors.Join(notLoopback(addr), l.Close())
	}
	s := &Server{
		url:  "http://" + l.Addr().String(),
		http: &http.Server{Handler: Handler(sim), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second},
	}
	s.wg.Go(func() { _ = s.http.Serve(l) })
	return s, nil
}

// checkAddress requires a loopback host and a port in range.
func checkAddress(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("control: address %q: want host:port: %w", addr, err)
	}
	if !isLocal(host) {
		return notLoopback(addr)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 1<<16-1 {
		return fmt.Errorf("control: address %q: port %q: want a number from 0 to 65535", addr, port)
	}
	return nil
}

func notLoopback(addr string) error {
	return fmt.Errorf("control: address %q is not a loopback address; the control API has no password: "+
		"want 127.0.0.1, [::1] or localhost", addr)
}

// URL returns the base URL, for example "http://127.0.0.1:40001".
func (s *Server) URL() string { return s.url }

// Close stops listening, cuts open connections and waits for the listener to end.
func (s *Server) Close() error {
	err := s.http.Close()
	s.wg.Wait()
	return err
}
