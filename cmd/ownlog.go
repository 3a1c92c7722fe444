package cmd

import (
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/ezlogs/ezlogs/redact"
)

// ownText takes secrets out of what the program says about itself: its log, and what receivers answered. Neither is made of
// lines, but an error of a library or an answer may repeat something.
type ownText struct {
	engine *redact.Engine
	mu     sync.Mutex // guards r
	r      *redact.Redactor
}

// newOwnText does not depend on [security]: there is no reason to show secrets here. Its pseudonyms join nothing.
func newOwnText() *ownText {
	engine, _ := redact.New(redact.DefaultConfig(), redact.Key{ID: "log", Master: redact.NewKey()}) // the defaults are valid
	return &ownText{engine: engine, r: engine.Worker()}
}

// own makes the secrets of keys and configuration known.
func (o *ownText) own(k *keys, cfg *Config) {
	o.engine.Own(k.texts()...)
	o.engine.Own(cfg.secrets()...)
}

// clean returns s without secrets.
func (o *ownText) clean(s string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, _ = o.r.Line(s)
	return s
}

// cleanWriter writes records of the log, one a call.
type cleanWriter struct {
	text *ownText
	to   io.Writer
}

func (w cleanWriter) Write(record []byte) (int, error) {
	line, end := strings.CutSuffix(string(record), "\n")
	line = w.text.clean(line)
	if end {
		line += "\n"
	}
	if _, err := io.WriteString(w.to, line); err != nil {
		return 0, err
	}
	return len(record), nil
}

// newOwnLog returns the program's own log: text on stderr, warnings and worse unless the user wants more. text is what its
// records pass through.
func newOwnLog(env *Env, c *cli.Context) (log *slog.Logger, text *ownText) {
	level := slog.LevelInfo
	switch {
	case c == nil:
	case c.Bool("verbose"):
		level = slog.LevelDebug
	case c.Bool("quiet"):
		level = slog.LevelError
	case c.Bool("once"):
		level = slog.LevelWarn
	}
	text = newOwnText()
	return slog.New(slog.NewTextHandler(cleanWriter{text, env.Stderr}, &slog.HandlerOptions{Level: level})), text
}

// ownLog is newOwnLog for commands with no secrets of their own.
func ownLog(env *Env, c *cli.Context) *slog.Logger {
	log, _ := newOwnLog(env, c)
	return log
}
