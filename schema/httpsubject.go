package schema

import "strings"

// setPathSubject sets what a REST path is about: the last pair of a collection and an id, else the collection that the
// path ends in. A path that names no object leaves e without a subject.
func setPathSubject(e *Event, path string) {
	kind, id := pathSubject(path)
	if e.Metadata.Method == "POST" && id != "" {
		if made := postedKind(path); made != "" {
			kind, id = made, ""
		}
	}
	if kind != "" {
		e.Subject = Subject{kind, id}
		if id != "" {
			e.AddIdent(IdentEntity, kind, id)
		}
	}
}

// postedKind returns what a POST to a path makes: an order for /users/123/orders, "" for a path that names an object.
func postedKind(path string) string {
	if last := path[strings.LastIndexByte(path, '/')+1:]; isCollection(last) && plural(last) && !isPathID(last) {
		return singular(last)
	}
	return ""
}

// pathSubject returns what a REST path is about.
func pathSubject(path string) (kind, id string) {
	kind, from, to := pathSubjectAt(path)
	return kind, path[from:to]
}

// pathSubjectAt is pathSubject that tells where the id stands; from and to are equal when there is none.
func pathSubjectAt(path string) (kind string, idFrom, idTo int) {
	if len(path) < 2 || path[0] != '/' {
		return "", 0, 0
	}
	dotted := strings.IndexByte(path, '.') >= 0
	if dotted && isAsset(path) {
		return "", 0, 0
	}
	if isGraphQL(path) {
		return "graphql", 0, 0
	}
	prev, last := "", ""
	afterID := false
	for from := 1; from <= len(path); {
		at := from
		seg := segmentAt(path, from)
		from += len(seg) + 1
		if seg == "" {
			continue
		}
		bare := seg
		if dotted {
			bare = trimFormat(seg)
		}
		switch {
		case isSegmentID(seg):
			if prev != "" && isCollection(prev) {
				kind, idFrom, idTo = prev, at, at+len(bare)
			} else if afterID {
				kind, idFrom, idTo = "", 0, 0 // /posts/2024/01: a date, not an id
			}
			prev, afterID = "", true
		default:
			prev, afterID = bare, false
		}
		last = bare
	}
	if kind != "" {
		return singular(kind), idFrom, idTo
	}
	if isCollection(last) && plural(last) && !isPathID(last) {
		return singular(last), 0, 0
	}
	return "", 0, 0
}

// trimFormat cuts the extension that names a representation: users.json.
func trimFormat(seg string) string {
	if i := strings.LastIndexByte(seg, '.'); i > 0 {
		switch seg[i+1:] {
		case "json", "xml", "html", "htm", "csv", "pdf", "js", "rss", "atom", "ics", "txt", "xlsx", "php", "aspx":
			return seg[:i]
		}
	}
	return seg
}

// isCollection reports whether a path segment can name a kind of object: a word, and not one that stands in paths for
// other reasons.
func isCollection(seg string) bool {
	if len(seg) < 2 || len(seg) > 48 || !isAlpha(seg[0]) {
		return false
	}
	for i := range len(seg) {
		if c := seg[i]; !isAlpha(c) && c != '-' && c != '_' && !isDigit(c) {
			return false
		}
	}
	if isVersion(seg) {
		return false
	}
	switch seg {
	case "api", "rest", "rpc", "admin", "internal", "public", "private", "app", "web", "svc", "service", "page", "pages", "p", "offset", "limit",
		"size", "status", "error", "errors", "year", "month", "day", "date", "step", "port", "code", "assets", "static", "rails", "search",
		"latest", "stats", "metrics", "news", "sales", "settings", "docs", "swagger", "credentials", "sse", "address", "process", "access":
		return false
	}
	return true
}

// isVersion reports whether a segment is an API version: v1, v2beta1.
func isVersion(seg string) bool {
	return len(seg) > 1 && (seg[0] == 'v' || seg[0] == 'V') && isDigit(seg[1])
}

// isPathID reports whether a path segment is an id: a number, a UUID, long hex, a ULID, or letters and a number such as
// ch_3Nx81ab or ORD-1234.
func isPathID(seg string) bool {
	n := len(seg)
	if n == 0 || n > 64 {
		return false
	}
	digits, letters, dashes, hex := 0, 0, 0, 0
	upper, lower := 0, 0
	for i := range n {
		c := seg[i]
		switch {
		case isDigit(c):
			digits++
		case isAlpha(c):
			letters++
			if c <= 'Z' {
				upper++
			} else {
				lower++
			}
		case c == '-' || c == '_':
			dashes++
		default:
			return false
		}
		if isHex(c) {
			hex++
		}
	}
	switch {
	case digits == n:
		return n <= 20
	case digits == 0:
		return n >= 24 && dashes == 0 && upper > 2 && lower > 2 && mixedCase(seg) // random letters
	case n == 36 && dashes == 4 && hex == 32:
		return true
	case hex == n && n >= 12:
		return true
	}
	if i := strings.LastIndexAny(seg, "_-"); i >= 2 && dashes <= 2 && isWordPrefix(seg[:i]) {
		tail := seg[i+1:]
		return seg[i] == '-' && allDigits(tail) && upper > 0 && lower == 0 || // ORD-1234
			seg[i] == '_' && len(tail) >= 6 && hasDigit(tail) || // ch_3Nx81ab
			seg[i] == '_' && len(tail) > 0 && allDigits(tail) && len(seg[:i]) <= 5
	}
	// ULID, nanoid and the like: long, one word, digits spread among letters.
	return dashes == 0 && n >= 16 && digits >= 3 && letters >= 3 && !isVersion(seg)
}

func isWordPrefix(s string) bool {
	for i := range len(s) {
		if !isAlpha(s[i]) && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return s != ""
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// mixedCase reports whether upper and lower case change often, as in random text and not in camelCase words.
func mixedCase(s string) bool {
	changes := 0
	for i := 1; i < len(s); i++ {
		if (s[i] <= 'Z') != (s[i-1] <= 'Z') {
			changes++
		}
	}
	return changes*20 > 9*len(s)
}

// routeTemplate returns path with its ids replaced by ":id". A path without ids is its own route.
func (e *Event) routeTemplate(path string) string {
	if path == "" || path[0] != '/' {
		return ""
	}
	dotted := strings.IndexByte(path, '.') >= 0
	if dotted && isAsset(path) {
		return ""
	}
	ids := uint64(0) // a bit for each segment that is an id
	n := 0
	for from := 1; from <= len(path); n++ {
		seg := segmentAt(path, from)
		from += len(seg) + 1
		if isSegmentID(seg) {
			ids |= 1 << (n & 63)
		}
	}
	if ids == 0 || n > 64 {
		return path
	}
	var a arena
	out := &a
	if e.parser != nil {
		out = &e.parser.arena
	}
	out.room(len(path) + 3*n)
	start := out.b.Len()
	for from := 1; from <= len(path); ids >>= 1 {
		seg := segmentAt(path, from)
		from += len(seg) + 1
		out.b.WriteByte('/')
		if ids&1 != 0 {
			out.b.WriteString(":id")
			if !dotted {
				continue
			}
			seg = seg[len(trimFormat(seg)):]
		}
		out.b.WriteString(seg)
	}
	return out.b.String()[start:]
}

// segmentAt returns the segment of path that begins at from.
func segmentAt(path string, from int) string {
	for i := from; i < len(path); i++ {
		if path[i] == '/' {
			return path[from:i]
		}
	}
	return path[from:]
}

// isSegmentID reports whether a segment, without the extension of a representation, is an id. Numbers and words, which
// most are, are told apart at once.
func isSegmentID(seg string) bool {
	digits, joined := 0, false
	for i := range len(seg) {
		switch c := seg[i]; {
		case isDigit(c):
			digits++
		case c == '-' || c == '_':
			joined = true
		case c == '.':
			return isPathID(trimFormat(seg))
		}
	}
	if digits == len(seg) {
		return digits > 0 && digits <= 20
	}
	if digits == 0 && len(seg) < 24 || !joined && len(seg) < 12 {
		return false
	}
	return isPathID(seg)
}

// isAsset reports whether a path is a file of a web page rather than an object of the application.
func isAsset(path string) bool {
	i := strings.LastIndexByte(path, '.')
	if i < 0 || len(path)-i > 6 {
		return false
	}
	switch path[i+1:] {
	case "js", "mjs", "css", "map", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "avif", "woff", "woff2", "ttf", "eot", "otf", "mp4", "webm", "mp3", "gz":
		return true
	}
	return false
}

// irregular lists nouns whose singular is not a matter of endings, and nouns that only look plural.
var irregular = map[string]string{
	"people": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth", "geese": "goose",
	"mice": "mouse", "oxen": "ox", "indices": "index", "vertices": "vertex", "matrices": "matrix", "analyses": "analysis",
	"crises": "crisis", "diagnoses": "diagnosis", "theses": "thesis", "axes": "axis", "quizzes": "quiz", "statuses": "status",
	"aliases": "alias", "buses": "bus", "viruses": "virus", "bonuses": "bonus", "campuses": "campus", "leaves": "leaf",
	"lives": "life", "wives": "wife", "knives": "knife", "shelves": "shelf", "halves": "half", "wolves": "wolf",
	"thieves": "thief", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato", "movies": "movie", "cookies": "cookie",
	"caches": "cache", "zombies": "zombie", "calories": "calorie", "menus": "menu", "gurus": "guru",
	"series": "series", "species": "species", "news": "news", "sms": "sms", "gas": "gas", "lens": "lens", "atlas": "atlas",
	"canvas": "canvas", "corps": "corps", "alias": "alias", "always": "always", "aws": "aws", "dns": "dns", "https": "https", "tls": "tls",
}

// singular returns the snake_case singular of a plural noun; the last word of a compound counts. Nouns that are singular
// already stay.
func singular(s string) string {
	s = snake(s)
	cut := strings.LastIndexByte(s, '_') + 1
	head, w := s[:cut], s[cut:]
	if one, ok := irregular[w]; ok {
		if one == w {
			return s
		}
		return head + one
	}
	n := len(w)
	switch {
	case n < 3 || w[n-1] != 's':
		return s
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return s
	case strings.HasSuffix(w, "ies"):
		if n > 4 {
			return s[:len(s)-3] + "y"
		}
		return s[:len(s)-1]
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "zzes"):
		return s[:len(s)-2]
	}
	return s[:len(s)-1]
}

// plural reports whether the singular of s is another word.
func plural(s string) bool {
	s = snake(s)
	return singular(s) != s
}

// snake returns s in snake_case. It returns s itself if it is already.
func snake(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; c == '-' || c == ' ' || c == '.' || c == '/' || c == ':' || c >= 'A' && c <= 'Z' {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s)+4)
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '-' || c == ' ' || c == '.' || c == '/' || c == ':':
			if len(b) > 0 && b[len(b)-1] != '_' {
				b = append(b, '_')
			}
		case c >= 'A' && c <= 'Z':
			// A new word begins after a lower-case letter or digit, and before the last capital of a run: HTTPServer.
			if i > 0 && len(b) > 0 && b[len(b)-1] != '_' && (s[i-1] < 'A' || s[i-1] > 'Z' || i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z') {
				b = append(b, '_')
			}
			b = append(b, c|0x20)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
