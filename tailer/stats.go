package tailer

import "time"

// Stats is what a Tailer has done and what is left to do.
type Stats struct {
	Bytes       int64     // handed out from files, as UTF-8
	Holes       int64     // of files, passed over: bytes of NULs where lines begin, as copytruncate leaves them in place of what was read
	Rotations   int64     // live files that went out of use
	Truncations int64     // files whose read content was gone
	Copies      int64     // truncated files whose rest was found in a copy
	Missed      int64     // rotated files found that were not seen while they were live
	Lost        int64     // files with lines not acknowledged that were not found again, or cannot be read
	Open        int       // descriptors held for files
	Vanishing   int       // of these, files whose last name is gone
	Saved       time.Time // when positions were saved last; zero if never
	Sources     []SourceStats
}

// SourceStats is the state of one path.
type SourceStats struct {
	Path    string
	Files   int       // open, the live one included
	Lag     int64     // bytes there but not handed out
	Unacked int64     // bytes handed out but not acknowledged
	Changed time.Time // when something was new last
}

// Stats returns a snapshot.
func (t *Tailer) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	st := t.stats
	for _, s := range t.sources {
		ss := SourceStats{Path: s.path, Changed: s.changed}
		for _, g := range s.gens {
			at, _ := g.track.state()
			ss.Unacked += max(0, g.at.raw-at.raw)
			if g.f == nil && g.z == nil {
				continue
			}
			ss.Files++
			if g.gone.Load() {
				st.Vanishing++
			}
			if g.fi != nil && g.z == nil {
				ss.Lag += max(0, g.fi.Size()-g.at.raw)
			}
		}
		st.Open += ss.Files
		st.Sources = append(st.Sources, ss)
	}
	return st
}
