package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProcessOfTheUsersOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := write(t, dir, "app.log", `{"time":"2026-01-01T10:00:00Z","msg":"parcel packed","event":"parcel.packed","parcel_id":"77001","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}
{"time":"2026-01-01T10:00:09Z","msg":"parcel sent","event":"parcel.sent","parcel_id":"77001","request_id":"5bf92f35-77b3-4da6-a3ce-929d0e0e4737"}
`)
	conf := write(t, dir, "p.toml", "[[process]]\nname = \"parcel\"\nkey = \"parcel\"\nsteps = [\"parcel.packed\", \"parcel.sent\"]\n")
	if got := ezlogs(t, "", "ship", "--once", "--config", conf, log); strings.Count(got.out, `"parcel:77001"`) != 2 {
		t.Errorf("no process in %s%s", got.out, got.errors)
	}
}

func TestOwnSecretsAreMaskedInAnyProfile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	token := write(t, dir, "token", "tok-abcdef-123456\n")
	if err := os.Chmod(token, 0o600); err != nil {
		t.Fatal(err)
	}
	conf := write(t, dir, "c.toml", "[security]\nprofile = \"off\"\n[delivery]\ndrain = \"10ms\"\n[[delivery.destination]]\nurl = \"http://localhost/x\"\ntoken_file = '"+token+"'\nheaders = { Authorization = \"Basic bXktcGFzc3dvcmQ=\" }\n")
	log := write(t, dir, "app.log", "sent tok-abcdef-123456 and bXktcGFzc3dvcmQ= for ana@example.com\nkey "+strings.Repeat("0123456789abcdef", 4)+" here\n")
	got := ezlogs(t, "", "ship", "--once", "--to", "stdout", "--config", conf, log)
	for _, secret := range []string{"tok-abcdef", "bXktcGFz", "0123456789abcdef0123456789abcdef"} {
		if strings.Contains(got.out+got.errors, secret) {
			t.Errorf("%s stands in %s%s", secret, got.out, got.errors)
		}
	}
}

func TestKindsAndAllowedValues(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	conf := write(t, dir, "c.toml", "[security]\nprofile = \"gdpr\"\nallow_values = [\"203.0.113.9\", \"@example.org\"]\nkinds = { email = \"mask\" }\n")
	log := write(t, dir, "app.log", "mail from ana@example.com and bo@example.org at 203.0.113.9 and 198.51.100.77\n")
	got := ezlogs(t, "", "ship", "--once", "--config", conf, log).out
	for _, want := range []string{"[REDACTED:email]", "bo@example.org", "203.0.113.9"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	for _, gone := range []string{"ana@example.com", "198.51.100.77"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is in %s", gone, got)
		}
	}
}

func TestFlowsOutliveARestart(t *testing.T) {
	t.Parallel()
	url, events := receiver(t)
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	conf := write(t, dir, "c.toml", "state_dir = '"+state+"'\n[correlation]\nstate = true\n[performance]\nflush_interval = \"1ms\"\n[delivery]\nto = [\""+url+"\"]\n")
	log := write(t, dir, "app.log", `{"time":"2026-01-01T10:00:00Z","msg":"first","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736","order_id":"o-1"}`+"\n")
	stop := shipper(t, nil, "--config", conf, log)
	expect(t, events, "first")
	if status := stop(); status != 0 {
		t.Fatalf("the first run ends with %d", status)
	}
	if st, err := os.Stat(filepath.Join(state, flowsFile)); err != nil || st.Size() == 0 {
		t.Fatalf("nothing was kept: %v", err)
	}
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"time":"2026-01-01T10:00:01Z","msg":"second","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}` + "\n"); err != nil {
		t.Fatal(err)
	}
	stop = shipper(t, nil, "--config", conf, log)
	expect(t, events, "second")
	if status := stop(); status != 0 {
		t.Fatalf("the second run ends with %d", status)
	}
	// A file that is damaged costs a warning.
	if err := os.WriteFile(filepath.Join(state, flowsFile), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	stop = shipper(t, nil, "--config", conf, log)
	if status := stop(); status != 0 {
		t.Fatalf("the third run ends with %d", status)
	}
}

func TestSampling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	conf := write(t, dir, "c.toml", "[performance]\nsample_rate = 0.0\n")
	log := write(t, dir, "app.log", `{"time":"2026-01-01T10:00:00Z","level":"info","msg":"fine","request_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}
{"time":"2026-01-01T10:00:01Z","level":"error","msg":"boom","request_id":"5bf92f35-77b3-4da6-a3ce-929d0e0e4737"}
`)
	got := ezlogs(t, "", "ship", "--once", "--config", conf, log).out
	if !strings.Contains(got, "boom") || strings.Contains(got, "fine") {
		t.Errorf("got %s", got)
	}
}

func TestStoryTimeIsThatOfTheLines(t *testing.T) {
	t.Parallel()
	o := &ordered{live: true, clock: 1000}
	if got := o.storyTime(); got != 1000 {
		t.Errorf("without lines it is %d, want the clock", got)
	}
	o.linkClock, o.linkedAt = 400, 900
	if got := o.storyTime(); got != 500 {
		t.Errorf("a hundred after a line of 400 it is %d, want 500", got)
	}
	o.linkClock, o.linkedAt = 1000, 900
	if got := o.storyTime(); got != 1000 {
		t.Errorf("it is %d, beyond the clock", got)
	}
}
