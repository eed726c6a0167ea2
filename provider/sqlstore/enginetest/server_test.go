//go:build unix

package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is a database server of the tests' own.
type server struct {
	driver string // of database/sql
	dsn    string
	dir    string
	run    []string // the command
	as     *syscall.Credential

	mu  sync.Mutex
	cmd *exec.Cmd
	end chan struct{} // closed when cmd has ended
}

// privateServer starts a server at most once for all tests.
type privateServer struct {
	once sync.Once
	make func(dir string, as *syscall.Credential) (*server, error)
	user []string // who may run it, when the tests run as root
	made *server
	err  error
}

var (
	privatePostgres = &privateServer{make: makePostgres, user: []string{"postgres", "nobody"}}
	privateMariaDB  = &privateServer{make: makeMariaDB, user: []string{"mysql", "nobody"}}
)

// get returns the server, or why there is none.
func (p *privateServer) get() (*server, error) {
	p.once.Do(func() { p.made, p.err = p.begin() })
	return p.made, p.err
}

func (p *privateServer) begin() (*server, error) {
	dir, err := os.MkdirTemp("", "yunfan")
	if err != nil {
		return nil, err
	}
	as, err := otherUser(dir, p.user)
	if err == nil {
		var s *server
		if s, err = p.make(dir, as); err == nil {
			s.dir = dir
			return s, s.start()
		}
	}
	return nil, errors.Join(err, os.RemoveAll(dir))
}

// remove ends the server, if it was started.
func (p *privateServer) remove() {
	if p.made != nil {
		p.made.kill()
		_ = os.RemoveAll(p.made.dir)
	}
}

// otherUser returns a user for a server, who gets a directory. Servers refuse to run as root.
func otherUser(dir string, names []string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // the own user
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
	}
	return nil, fmt.Errorf("none of the users %q exists, and the server refuses to run as root", names)
}

// program finds a program in the usual places.
func program(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, place := range []string{"/usr/lib/postgresql/*/bin/", "/usr/sbin/", "/usr/local/pgsql/bin/"} {
			if found, _ := filepath.Glob(place + name); len(found) > 0 {
				return slices.Max(found), nil
			}
		}
	}
	return "", fmt.Errorf("%s is not installed", names[0])
}

func command(as *syscall.Credential, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	endWithTests(cmd.SysProcAttr)
	cmd.Dir = "/"
	return cmd
}

// measuring reports whether benchmarks run. Otherwise the servers need not wait for the disk: the
// tests kill processes, which does not lose what the kernel has.
func measuring() bool {
	f := flag.Lookup("test.bench")
	return f != nil && f.Value.String() != ""
}

func makePostgres(dir string, as *syscall.Credential) (*server, error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := program("postgres")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	out, err := command(as, initdb, "-D", data, "-A", "trust", "-U", "yunfan", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	run := []string{postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=200"}
	if !measuring() {
		run = append(run, "-c", "fsync=off")
	}
	return &server{
		driver: "pgx", dsn: fmt.Sprintf("host=%s user=yunfan dbname=postgres sslmode=disable", dir), as: as, run: run,
	}, nil
}

func makeMariaDB(dir string, as *syscall.Credential) (*server, error) {
	install, err := program("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return nil, err
	}
	mariadbd, err := program("mariadbd")
	if err != nil {
		return nil, err
	}
	data, socket := filepath.Join(dir, "data"), filepath.Join(dir, "socket")
	settings := []string{"--no-defaults", "--datadir=" + data, "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M"}
	if !measuring() {
		settings = append(settings, "--innodb-flush-method=nosync")
	}
	out, err := command(as, append([]string{install}, append(settings,
		"--auth-root-authentication-method=normal", "--skip-test-db")...)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("mariadb-install-db: %w: %s", err, out)
	}
	return &server{
		driver: "mysql", dsn: fmt.Sprintf("root@unix(%s)/mysql", socket), as: as,
		run: append([]string{mariadbd}, append(settings, "--skip-networking", "--socket="+socket,
			"--pid-file="+filepath.Join(dir, "pid"), "--log-error="+filepath.Join(dir, "log"))...),
	}, nil
}

// start starts the server, and returns when it answers. One that ends at once is started again:
// after a kill, PostgreSQL refuses to start as long as a process of the earlier server lives.
func (s *server) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := sql.Open(s.driver, s.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	end, err := s.startOnce()
	for err == nil {
		failed := db.PingContext(ctx)
		if failed == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return failed
		case <-end:
			end, err = s.startOnce()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return err
}

// startOnce starts the server, and returns what is closed when it ends.
func (s *server) startOnce() (<-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cmd, end := command(s.as, s.run...), make(chan struct{})
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.cmd, s.end = cmd, end
	go func() {
		_ = cmd.Wait()
		close(end)
	}()
	return end, nil
}

// signal signals all processes of the server.
func (s *server) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	pid := s.cmd.Process.Pid
	_ = syscall.Kill(-pid, sig)
	for _, child := range children(pid) { // those of PostgreSQL have groups of their own
		_ = syscall.Kill(child, sig)
	}
}

// children returns the processes that a process has started, on Linux.
func children(pid int) (list []int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	for _, field := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(field); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// kill kills the server, and returns when it is gone.
func (s *server) kill() {
	s.signal(syscall.SIGKILL)
	s.mu.Lock()
	end := s.end
	s.mu.Unlock()
	if end != nil {
		<-end
	}
}

// describe returns the version of a database.
func describe(db *sql.DB, ask string) string {
	var text string
	if err := db.QueryRowContext(context.Background(), ask).Scan(&text); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(text)
}
