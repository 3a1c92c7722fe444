package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ezlogs/ezlogs/redact"
	"github.com/ezlogs/ezlogs/schema"
)

// packages lets the packages judge their part of the configuration, and puts what they say where the user wrote it.
func (l *loaded) packages() {
	c := l.Config
	s := c.ship()
	l.fault("delivery", s.Validate())
	k := c.correlate()
	l.fault("correlation", k.Validate())
	for i := range c.Formats {
		if _, err := schema.CompileFormat(schema.FormatConfig(c.Formats[i])); err != nil {
			l.fault("format", fmt.Errorf("format[%d].%w", i, err))
		}
	}
	if _, err := redact.New(c.redact(), redact.Key{ID: "k1", Master: redact.NewKey()}); err != nil {
		l.fault("security", err)
	}
}

// allowed judges security.allow_values, which stand by themselves, where other errors keep packages from being asked.
func (l *loaded) allowed() {
	r := redact.DefaultConfig()
	for _, v := range l.Config.Security.AllowValues {
		r.Allow = append(r.Allow, allowValue(v))
	}
	if _, err := redact.New(r, redact.Key{ID: "k1", Master: redact.NewKey()}); err != nil {
		l.fault("security", err)
	}
}

// fault reports an error of a package; its text begins with the field.
func (l *loaded) fault(table string, err error) {
	if err == nil {
		return
	}
	for _, e := range unjoin(err) {
		text := e.Error()
		for _, prefix := range []string{"ship: ", "redact: ", "correlate: "} {
			text = strings.TrimPrefix(text, prefix)
		}
		field, problem, found := strings.Cut(text, ": ")
		if !found {
			field, problem = table, text
		}
		code := "bad-value"
		if strings.Contains(text, "pattern") || strings.Contains(text, "regular expression") {
			code = "bad-regex"
		}
		if strings.Contains(text, "example") {
			code = "bad-example"
		}
		key := keyOf(table, field)
		if n, ok := strings.CutPrefix(key, "security.allow."); ok {
			n, _, _ = strings.Cut(n, ".")
			if i, err := strconv.Atoi(n); err == nil && i >= len(l.Config.Security.Allow) {
				key = "security.allow_values"
			}
		}
		l.report(isError, key, &valueError{code: code, text: problem})
	}
}

// keyOf turns the field that a package names into the key that the user wrote; elements of lists of tables keep their
// number: "rule.0.pattern".
func keyOf(table, field string) string {
	name, rest, _ := strings.Cut(field, "[")
	number, member, _ := strings.Cut(rest, "].")
	member, _, _ = strings.Cut(member, "[")
	switch name {
	case "allow":
		return strings.TrimSuffix("security.allow."+number+"."+member, ".")
	case "destination":
		return strings.TrimSuffix("delivery.destination."+number+"."+member, ".")
	case "rule", "process", "format":
		return strings.TrimSuffix(name+"."+number+"."+member, ".")
	case "batch_size", "buffer_size", "flush_interval", "memory", "sample_rate":
		return "performance." + name
	case "state_dir":
		return name
	case "":
		return table
	}
	return table + "." + name
}

func unjoin(err error) []error {
	if j, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		return j.Unwrap()
	}
	return []error{err}
}

// onlineTimeout bounds what check --online waits for one destination.
const onlineTimeout = 10 * time.Second

// online tries whether destinations can be reached: name, connection, encryption, and what an empty request is answered.
func (l *loaded) online(ctx context.Context) {
	type target struct{ url, key, token string }
	var list []target
	for _, to := range l.Config.Delivery.To {
		list = append(list, target{url: to, key: "delivery.to"})
	}
	for i := range l.Config.Delivery.Destinations {
		d := &l.Config.Delivery.Destinations[i]
		list = append(list, target{url: d.URL, key: "delivery.destination.url", token: d.TokenFile})
	}
	for _, t := range list {
		u, err := url.Parse(bare(t.url))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		if e := try(ctx, u, t.token); e != nil {
			l.report(isError, t.key, e)
		}
	}
}

// try sends an empty batch.
func try(ctx context.Context, u *url.URL, tokenFile string) *valueError {
	ctx, cancel := context.WithTimeout(ctx, onlineTimeout)
	defer cancel()
	host := u.Hostname()
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		return &valueError{"unreachable", fmt.Sprintf("the name %s is not known", host), "", "check the name, and this machine's DNS"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(""))
	if err != nil {
		return &valueError{"bad-value", "this is no address", "", errNoDestination.Error()}
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	if tokenFile != "" {
		token, err := os.ReadFile(tokenFile)
		if err != nil {
			return &valueError{code: "unreadable", text: "token_file cannot be read"}
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return &valueError{"unreachable", fmt.Sprintf("%s does not answer: %s", host, cause(err)), "", "is it running, and may this machine reach it?"}
	}
	res.Body.Close()
	switch {
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return &valueError{"unreachable", fmt.Sprintf("%s answers %s", host, res.Status), "", "the token is missing or wrong: token_file"}
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusMethodNotAllowed:
		return &valueError{"unreachable", fmt.Sprintf("%s answers %s", host, res.Status), "", "the path of the address is wrong"}
	case res.StatusCode >= 500:
		return &valueError{"unreachable", fmt.Sprintf("%s answers %s", host, res.Status), "", "the receiver is in trouble; ship would wait and keep everything"}
	}
	return nil
}

// cause is the inmost reason of a network error, without the address, which may hold a password.
func cause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
