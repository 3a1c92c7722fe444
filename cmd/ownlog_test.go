package cmd

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOwnLogTellsNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, text := newOwnLog(&Env{Stderr: &out}, nil)
	text.engine.Own("Kettle-5512")
	log.Warn("refused", "err", errors.New(`for bob@corp.example: password=hunter2x9 "Bearer Kettle-5512"`), "source", "/var/log/app.log", "offset", 4111111111111111)
	for _, secret := range []string{"bob@", "hunter2x9", "Kettle"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s stands in %s", secret, out.String())
		}
	}
	for _, want := range []string{"level=WARN msg=refused", "source=/var/log/app.log", "offset=4111111111111111\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
	r, w := io.Pipe()
	r.Close()
	if n, err := (cleanWriter{text, w}).Write([]byte("x")); n != 0 || err == nil {
		t.Errorf("a closed stream: got %d, %v", n, err)
	}
}
