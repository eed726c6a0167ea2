package secrets_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider"
)

// authority signs certificates, and is trusted by this process.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// trusted is the authority that the system trusts, as far as this process can see.
// It is set before anything asks for the system's roots, which are read once.
var trusted *authority

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "yunfan-roots")
	if err == nil {
		trusted, err = newAuthority()
	}
	file := filepath.Join(dir, "roots.pem")
	if err == nil {
		err = os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: trusted.cert.Raw}), 0o600)
	}
	if err != nil {
		log.Fatal(err)
	}
	_ = os.Setenv("SSL_CERT_FILE", file)
	_ = os.Setenv("SSL_CERT_DIR", dir)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test roots"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

// issue returns a certificate that is in order but for what change does to it.
func (a *authority) issue(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(c)
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// listen starts a server and counts what arrives in clear or through TLS.
func listen(t *testing.T, cert *tls.Certificate) (url string, arrived *atomic.Int32) {
	t.Helper()
	arrived = new(atomic.Int32)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.WriteHeader(http.StatusTeapot)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	if cert == nil {
		srv.Start()
	} else {
		srv.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}
		srv.StartTLS()
	}
	t.Cleanup(srv.Close)
	return srv.URL, arrived
}

// Each adapter's own transport takes a certificate that is in order, and nothing
// is sent to a server with any other.
func TestCertificatesAreVerified(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux does SSL_CERT_FILE replace the system's roots, which this test needs to be trusted by the adapters")
	}
	stranger, err := newAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fine := func(*x509.Certificate) {}
	for _, tc := range []struct {
		what   string
		by     *authority
		change func(*x509.Certificate)
		taken  bool
	}{
		{"in order", trusted, fine, true},
		{"expired", trusted, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, false},
		{"not valid yet", trusted, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, false},
		{"of another host", trusted, func(c *x509.Certificate) {
			c.IPAddresses, c.DNSNames = nil, []string{"ecs.aliyuncs.com", "cvm.tencentcloudapi.com", "api.qingcloud.com"}
		}, false},
		{"for clients", trusted, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, false},
		{"self-signed", stranger, fine, false},
	} {
		for _, s := range services() {
			t.Run(tc.what+"/"+string(s.cloud), func(t *testing.T) {
				cert := tc.by.issue(t, tc.change)
				url, arrived := listen(t, &cert)
				create(t, s, url, tc.taken, arrived)
			})
		}
	}
}

// Plain HTTP is spoken only to an endpoint that says so.
func TestPlainHTTPOnlyOnDemand(t *testing.T) {
	for _, s := range services() {
		t.Run(string(s.cloud), func(t *testing.T) {
			url, arrived := listen(t, nil)
			create(t, s, strings.TrimPrefix(url, "http://"), false, arrived)
			create(t, s, url, true, arrived)
		})
	}
}

// wantUnsent checks that an error leaves nothing open.
func wantUnsent(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("nothing was sent: got %v, want %v", err, provider.ErrUnavailable)
	}
	if errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("nothing was sent: got %v, want a known outcome", err)
	}
}

// create makes one create at an endpoint, which the server sees or not. Nothing
// that could not be sent may leave the outcome open.
func create(t *testing.T, s *service, endpoint string, arrives bool, arrived *atomic.Int32) {
	t.Helper()
	client := s.connect(t, config{endpoint: endpoint, options: &provider.Options{RetryFor: -1, SearchFor: time.Millisecond}})
	_, err := client.RunInstances(t.Context(), s.spec, nil)
	if err == nil {
		t.Error("the create succeeds, want an error")
	}
	if n := arrived.Load(); (n > 0) != arrives {
		t.Errorf("%d requests arrived, want any: %v", n, arrives)
	}
	if !arrives {
		wantUnsent(t, err)
	}
	wantClean(t, s, "an error of TLS", dump(err))
}
