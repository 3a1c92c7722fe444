package tailer

import (
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// notifier wakes the watcher when something happens in a directory while everything there was quiet. Files that are written
// all the time are polled: being told of every write would cost more than looking.
type notifier struct {
	names chan string // what changed; nil without notifications
	w     *fsnotify.Watcher
	done  chan struct{}
	dirs  map[string]bool
	off   bool // not available here, or not wanted
}

// arm asks to be told about directories in which nothing is active, and no longer about others.
func (n *notifier) arm(t *Tailer) {
	if n.off || !t.cfg.Notify {
		return
	}
	now := t.now()
	quiet := map[string]bool{}
	for _, s := range t.sources {
		dir := s.dir()
		idle := now.Sub(s.changed) > activeFor
		if was, ok := quiet[dir]; !ok || was {
			quiet[dir] = idle
		}
	}
	for dir := range n.dirs {
		if !quiet[dir] {
			_ = n.w.Remove(dir) // it may be gone
			delete(n.dirs, dir)
		}
	}
	for dir, idle := range quiet {
		if !idle || n.dirs[dir] {
			continue
		}
		if n.w == nil && !n.start(t) {
			return
		}
		if n.w.Add(dir) == nil {
			n.dirs[dir] = true
			for _, s := range t.sources { // what changed before the directory was watched
				if s.dir() == dir {
					s.nextLook = time.Time{}
				}
			}
		}
	}
}

func (n *notifier) start(t *Tailer) bool {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		n.off = true
		t.log.Debug("no notifications about files, polling alone", "err", err)
		return false
	}
	n.w, n.dirs, n.names, n.done = w, map[string]bool{}, make(chan string), make(chan struct{})
	t.wg.Go(func() {
		for {
			select {
			case e, ok := <-w.Events:
				if !ok {
					return
				}
				select {
				case n.names <- e.Name:
				case <-n.done:
					return
				}
			case _, ok := <-w.Errors: // an overflow loses nothing that polling does not find
				if !ok {
					return
				}
			case <-n.done:
				return
			}
		}
	})
	return true
}

func (n *notifier) close() {
	if n.w != nil {
		close(n.done)
		n.w.Close()
	}
}

// noticed makes the next look at what may have changed come at once.
func (t *Tailer) noticed(name string) {
	if s := t.watcher.byPath[filepath.Clean(name)]; s != nil {
		s.nextLook = time.Time{}
		return
	}
	if now := t.now(); t.watcher.nextDiscover.Sub(now) > t.cfg.PollActive {
		t.watcher.nextDiscover = now.Add(t.cfg.PollActive)
	}
}
