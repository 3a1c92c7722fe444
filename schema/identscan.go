package schema

import "strings"

// maxIdents is how many ids are taken from text and unknown fields of one line.
const maxIdents = 64

// scanIdents notes the ids that stand in the text of a message: key=value pairs, ids with a word before them that says
// what they are, UUIDs, Global IDs, prefixed ids and "order #17". It makes nothing of numbers that stand alone.
func scanIdents(e *Event, text string) {
	if len(text) < 6 || !anyDigit(text) {
		return
	}
	last, lastEnd := "", 0 // the word before, which counts if nothing but a blank, ":" , "=" or "#" stands between
	for i := 0; i < len(text) && len(e.Idents) < maxIdents; {
		if idClass[text[i]] == 0 {
			i++
			continue
		}
		from := i
		digits := 0
		for i < len(text) && idClass[text[i]] != 0 {
			digits += int(idClass[text[i]] >> 1)
			i++
		}
		word := text[from:i]
		if word == "gid" && strings.HasPrefix(text[i:], "://") {
			i = scanGlobalID(e, text, i+3)
			last = ""
			continue
		}
		if digits > 0 {
			gap := text[max(0, from-1)]
			if from == 0 {
				gap = ' '
			}
			if last != "" && !separates(text, lastEnd) {
				last = ""
			}
			scanIdent(e, last, gap, trimJoins(word))
		}
		if digits == 0 || digits < len(word) && len(word) < 4 && strings.IndexByte(word, '_') < 0 {
			last, lastEnd = word, i
		} else {
			last = ""
		}
	}
}

// idClass is 1 for bytes that may be part of an id, 2 more for digits.
var idClass = func() (t [256]uint8) {
	for c := range t {
		if isDigit(byte(c)) {
			t[c] = 3
		} else if idByte(byte(c)) {
			t[c] = 1
		}
	}
	return t
}()

// trimJoins returns s without the dashes and underscores around it.
func trimJoins(s string) string {
	for s != "" && (s[0] == '-' || s[0] == '_') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == '-' || s[len(s)-1] == '_') {
		s = s[:len(s)-1]
	}
	return s
}

// anyDigit reports whether there is a digit in s.
func anyDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

// idByte reports whether c may be part of an id.
func idByte(c byte) bool { return isAlpha(c) || isDigit(c) || c == '_' || c == '-' }

// separates reports whether what follows text[:i] may stand between a word and the id it names: a blank, "=", ":", ": ",
// " #", "='", "[".
func separates(text string, i int) bool {
	n := 0
	for ; i < len(text) && !idByte(text[i]); i++ {
		switch text[i] {
		case ' ', '=', ':', '#', '"', '\'', '[', '<', '(':
			n++
		default:
			return false
		}
	}
	return n <= 3
}

// scanIdent notes one word of the text that holds digits.
func scanIdent(e *Event, name string, gap byte, id string) {
	kind := identWord(name)
	n := len(id)
	if n == 0 {
		return
	}
	switch {
	case n == 36:
		if u, ok := canonUUID(id); ok {
			if kind == IdentNone {
				kind = IdentValue
			}
			noteScanned(e, kind, name, u)
			return
		}
	case kind == IdentTrace && (n == 32 || n == 16):
		if t, ok := canonTrace(id); ok {
			noteScanned(e, kind, name, t)
		}
		return
	case kind == IdentSpan && n == 16:
		if t, ok := canonSpan(id); ok {
			noteScanned(e, kind, name, t)
		}
		return
	case n == 32 && hexText(id) && randomLooking(id):
		if kind == IdentNone {
			kind = IdentValue
		}
		noteScanned(e, kind, name, strings.ToLower(id))
		return
	}
	if i := strings.IndexByte(id, '_'); i >= 2 && i <= 6 && n-i > 10 && lowerWord(id[:i]) && randomLooking(id) {
		noteScanned(e, IdentValue, id[:i], id)
		return
	}
	switch {
	case kind != IdentNone && kind != IdentTrace && kind != IdentSpan && (gap == '=' || gap == ':' || n >= 12):
		noteScanned(e, kind, name, id)
	case gap == '=' || gap == '#':
		stem := name
		if gap == '=' {
			var ok bool
			if stem, ok = cutIDSuffix(name); !ok {
				return
			}
		} else if len(stem) < 3 || !allDigits(id) {
			return
		}
		if stem != "" && len(id) <= 64 {
			noteScanned(e, IdentEntity, singular(strings.ToLower(snake(stem))), id)
			if randomLooking(id) {
				noteScanned(e, IdentValue, stem, id)
			}
		}
	}
}

// cutIDSuffix returns the noun of order_id, orderId and order-id.
func cutIDSuffix(key string) (string, bool) {
	for _, end := range [...]string{"_id", "-id", "Id", "ID"} {
		if stem, ok := strings.CutSuffix(key, end); ok && stem != "" {
			return stem, true
		}
	}
	return "", false
}

func lowerWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

// identWord returns what kind of id a word announces.
func identWord(word string) IdentKind {
	if len(word) < 3 || len(word) > 20 {
		return IdentNone
	}
	var b [20]byte
	n := 0
	for i := range len(word) {
		if c := foldByte[word[i]]; c != 0 {
			b[n] = c
			n++
		}
	}
	switch string(b[:n]) {
	case "trace", "traceid", "oteltraceid", "xtraceid":
		return IdentTrace
	case "span", "spanid":
		return IdentSpan
	case "request", "requestid", "req", "reqid", "rid", "xrequestid":
		return IdentRequest
	case "correlation", "correlationid", "corr", "xcorrelationid":
		return IdentCorrelation
	case "job", "jid", "jobid", "task", "taskid", "activejobid":
		return IdentJob
	case "batch", "bid", "batchid":
		return IdentBatch
	case "session", "sess", "sessionid", "sid":
		return IdentSession
	case "user", "userid", "customer", "customerid", "account", "accountid":
		return IdentUser
	case "message", "messageid", "msgid":
		return IdentMessage
	case "workflow", "workflowid", "runid":
		return IdentWorkflow
	case "incident", "incidentid":
		return IdentIncident
	}
	return IdentNone
}

// noteScanned notes an id found in text unless the line said it already, and lets the event show it.
func noteScanned(e *Event, kind IdentKind, name, id string) {
	for i := range e.Idents {
		if e.Idents[i].Value == id && (e.Idents[i].Kind == kind || kind == IdentValue) {
			return
		}
	}
	c := &e.Correlation
	switch kind {
	case IdentTrace:
		e.addTrace(name, id)
		return
	case IdentSpan:
		setDefault(&c.SpanID, id)
	case IdentRequest:
		setDefault(&c.RequestID, id)
	case IdentJob:
		setDefault(&c.JobID, id)
	case IdentSession:
		setDefault(&c.SessionID, id)
	case IdentMessage:
		setDefault(&c.MessageID, id)
	}
	e.AddIdent(kind, name, id)
}

// scanGlobalID reads what follows gid:// at text[i]: app/Model/id. It returns the index behind it.
func scanGlobalID(e *Event, text string, i int) int {
	end := i
	for end < len(text) && (idByte(text[end]) || text[end] == '/' || text[end] == ':') {
		end++
	}
	_, rest, ok := strings.Cut(text[i:end], "/")
	model, id, ok2 := strings.Cut(rest, "/")
	if ok && ok2 && model != "" && id != "" {
		noteScanned(e, IdentEntity, singular(demodulize(model)), id)
	}
	return end
}
