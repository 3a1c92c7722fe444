package cmd

import (
	"cmp"
	"io"
	"os"
	"path/filepath"

	"github.com/ezlogs/ezlogs/schema"
	"github.com/ezlogs/ezlogs/tailer"
)

// namer makes the parser's source of the tailer's: it adds what the configuration and the surroundings say.
type namer struct {
	secret      []byte // makes event ids
	run         []byte // identity of pipes
	service     string
	environment string
	host        string
}

// newNamer returns a namer for a run.
func newNamer(cfg *Config, env *Env, k *keys) *namer {
	return &namer{secret: k.events(), run: runID(), service: cfg.ServiceName, environment: environment(cfg.Environment, env.Getenv), host: hostName()}
}

func (n *namer) name(s *tailer.Source) *schema.Source {
	id := s.Identity
	if len(id) == 0 {
		id = n.run
	}
	out := schema.NewSource(s.Path, filepath.Base(s.Name), n.secret, id)
	out.Service, out.Environment, out.Host = cmp.Or(n.service, out.Service), n.environment, n.host // a container's name is its service
	out.Describe(fileHead(s.Path))
	return out
}

// fileHead returns how a file begins that begins with a comment, as W3C logs do, else nothing.
func fileHead(path string) string {
	if info, err := os.Stat(path); path == "-" || err != nil || !info.Mode().IsRegular() { // opening a pipe would wait
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 4<<10)
	n, _ := io.ReadFull(f, head)
	if n == 0 || head[0] != '#' {
		return ""
	}
	return string(head[:n])
}

// environment returns the configured environment, else the one that frameworks are told.
func environment(configured string, getenv func(string) string) string {
	return cmp.Or(configured, getenv("RAILS_ENV"), getenv("RACK_ENV"), getenv("APP_ENV"), getenv("NODE_ENV"))
}
