package schema

import "strings"

// pathShape is what the paths that differ in their ids alone have in common. It is a function of such a path, so a parser
// remembers it.
type pathShape struct {
	route   string // with ":id" for each id
	kind    string // of the subject, "" for none
	id      int    // which of the ids is the subject's, -1 for none
	posted  string // kind of what a POST makes, when that is not the subject
	graphQL bool   // an endpoint of GraphQL
}

// pathIDs are the ids of one path: where they begin and end.
type pathIDs [maxPathIDs][2]uint8

const (
	maxPathIDs  = 6
	maxPathLen  = 128
	maxSegments = 32
	idStandsFor = 1 // a byte that no path holds, for an id
)

// pathShape returns the shape of a path and where its ids stand; nil for paths that are not remembered: those of files
// and long ones.
func (p *Parser) pathShape(path string, ids *pathIDs) *pathShape {
	if len(path) > maxPathLen || path == "" || path[0] != '/' {
		return nil
	}
	var key [maxPathLen + 1]byte
	n, found := 0, 0
	for i, segments := 0, 0; i < len(path); segments++ {
		if segments == maxSegments {
			return nil
		}
		key[n] = '/'
		n++
		i++
		from, at := i, n
		digits, joined := 0, false
		for ; i < len(path) && path[i] != '/'; i++ {
			c := path[i]
			switch pathByte[c] {
			case pathDigit:
				digits++
			case pathJoin:
				joined = true
			case pathOther:
				return nil
			}
			key[n] = c
			n++
		}
		seg := path[from:i]
		if digits < len(seg) {
			if digits == 0 && len(seg) < 24 || !joined && len(seg) < 12 || !isPathID(seg) {
				continue
			}
		} else if digits == 0 || digits > 20 {
			continue
		}
		if found == maxPathIDs {
			return nil
		}
		ids[found] = [2]uint8{uint8(from), uint8(i)}
		found++
		key[at] = idStandsFor
		n = at + 1
	}
	if s, ok := p.paths[string(key[:n])]; ok {
		return s
	}
	if len(p.paths) >= maxNouns {
		return nil
	}
	if p.paths == nil {
		p.paths = make(map[string]*pathShape)
	}
	s := newPathShape(path, ids, found)
	p.paths[string(key[:n])] = s
	return s
}

func newPathShape(path string, ids *pathIDs, found int) *pathShape {
	s := &pathShape{route: strings.Clone(new(Event).routeTemplate(path)), id: -1, graphQL: isGraphQL(path)}
	kind, from, to := pathSubjectAt(path)
	s.kind = strings.Clone(kind)
	if from == to {
		return s
	}
	for i := range found {
		if int(ids[i][0]) == from {
			s.id = i
		}
	}
	s.posted = strings.Clone(postedKind(path))
	return s
}

// setSubject is setPathSubject for a path of this shape.
func (s *pathShape) setSubject(e *Event, path string, ids *pathIDs) {
	switch {
	case s.kind == "":
	case s.id < 0:
		e.Subject = Subject{s.kind, ""}
	case s.posted != "" && e.Metadata.Method == "POST":
		e.Subject = Subject{s.posted, ""}
	default:
		id := path[ids[s.id][0]:ids[s.id][1]]
		e.Subject = Subject{s.kind, id}
		e.AddIdent(IdentEntity, s.kind, id)
	}
}

// The classes of bytes in paths that are remembered.
const (
	pathPlain = iota
	pathDigit
	pathJoin
	pathOther
)

var pathByte = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c <= ' ' || c >= 0x7f || c == '.':
			t[c] = pathOther
		case isDigit(byte(c)):
			t[c] = pathDigit
		case c == '-' || c == '_':
			t[c] = pathJoin
		}
	}
	return t
}()
