package ship

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// writeCert makes a self-signed certificate for localhost and writes it and its key to dir.
func writeCert(t *testing.T, dir string) (certFile, keyFile string, cert tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	os.WriteFile(certFile, certPEM, 0o600)
	os.WriteFile(keyFile, keyPEM, 0o600)
	cert, err = tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile, cert
}

func TestRealServerWithTLSAndClientCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile, cert := writeCert(t, dir)
	pool := x509.NewCertPool()
	pemBytes, _ := os.ReadFile(certFile)
	pool.AppendCertsFromPEM(pemBytes)
	var events, requests atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 2 {
			w.WriteHeader(503)
			return
		}
		b, _ := io.ReadAll(r.Body)
		raw, err := decode(b, codecByName(r.Header.Get("Content-Encoding")), 1<<20)
		if err != nil || len(r.TLS.PeerCertificates) != 1 || r.Header.Get("Content-Type") != "application/x-ndjson" || r.Header.Get("Idempotency-Key") == "" {
			w.WriteHeader(500)
			return
		}
		events.Add(int64(strings.Count(string(raw), "\n")))
		w.WriteHeader(204)
	}))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	srv.StartTLS()
	defer srv.Close()
	cfg := httpConfig()
	cfg.To = nil
	cfg.Destinations = []Destination{{URL: srv.URL, CAFile: certFile, CertFile: certFile, KeyFile: keyFile, TokenFile: keyTokenFile(t, dir)}}
	s := begin(t, cfg, Deps{})
	add(t, s, group(0, 50, nil))
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if events.Load() != 50 {
		t.Errorf("%d events", events.Load())
	}
}

func keyTokenFile(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "token")
	if err := os.WriteFile(path, []byte("t0ken"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// An unknown authority is a fault of the destination: it is told, and everything is kept.
func TestUnknownAuthorityBlocks(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	srv.Config.ErrorLog = nil
	p := &parcel{n: 1, raw: []byte(event(0))}
	target, _ := parseURL(srv.URL)
	h, err := newHTTPSender(Destination{Compression: "none"}, target, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	if v := h.send(t.Context(), p); v.do != blocked || v.code != "tls" {
		t.Errorf("got %+v", v)
	}
}

func TestSenderFaults(t *testing.T) {
	t.Parallel()
	target, _ := parseURL("http://h.test/")
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, r.Body)
		if r.Header.Get("Content-Encoding") != "" {
			return respond(415, ""), nil
		}
		return respond(400, ""), nil
	})
	h, err := newHTTPSender(Destination{Compression: "gzip"}, target, 1, rt)
	if err != nil {
		t.Fatal(err)
	}
	damaged := &parcel{n: 1, batch: &batch{n: 1, codec: codecLZ4, body: []byte("rubbish"), rawLen: 10}}
	if v := h.send(t.Context(), damaged); v.code != "damaged" {
		t.Errorf("got %+v", v)
	}
	// Compressed as it should be sent, and not what it says when it is decoded for the plain try.
	damaged = &parcel{n: 1, batch: &batch{n: 1, codec: codecGzip, body: []byte("rubbish"), rawLen: 10}}
	if v := h.send(t.Context(), damaged); v.code != "damaged" {
		t.Errorf("got %+v", v)
	}
	if v := h.send(t.Context(), &parcel{n: 1, raw: []byte(event(0))}); v.do != refused || h.plain {
		t.Errorf("got %+v, plain %v", v, h.plain)
	}
	h.token = &tokenFile{path: filepath.Join(t.TempDir(), "none")}
	if v := h.send(t.Context(), &parcel{n: 1, raw: []byte(event(0))}); v.do != blocked || v.code != "config" {
		t.Errorf("without its token: %+v", v)
	}
}

func TestOtherSendersSayWhatIsDamaged(t *testing.T) {
	t.Parallel()
	file, err := openFile(target{path: filepath.Join(t.TempDir(), "x")})
	if err != nil {
		t.Fatal(err)
	}
	defer file.close()
	for name, s := range map[string]sender{"stream": &streamSender{w: io.Discard}, "file": file} {
		p := &parcel{n: 1, batch: &batch{n: 1, codec: codecLZ4, body: []byte("rubbish"), rawLen: 10}}
		if v := s.send(t.Context(), p); v.code != "damaged" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := (nullSender{}).send(t.Context(), nil); v.do != taken || (nullSender{}).close() != nil {
		t.Errorf("null: %+v", v)
	}
	file.looked = time.Now()
	file.f.Close()
	if v := file.send(t.Context(), &parcel{n: 1, raw: []byte("{}\n")}); v.do != again || v.err == nil {
		t.Errorf("a closed file: %+v", v)
	}
}
