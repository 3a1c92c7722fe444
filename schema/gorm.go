package schema

import "strings"

const (
	gormHead = "gorm" // kind of the first line
	gormSQL  = "gorm" // format of the second
)

// parseGormHead takes the first line of gorm's logger, time and place in the source. The statement follows on the second.
//
//	2026/03/14 10:00:00 /app/main.go:33
//	[0.523ms] [rows:1] SELECT * FROM users WHERE id = 42
func parseGormHead(_ *Parser, e *Event, s *stamped) bool {
	if s.bracket || s.stamp[4] != '/' {
		return false
	}
	place := strings.TrimSpace(s.rest)
	place, why, _ := strings.Cut(place, " ")
	if !isSourceLine(place) || place[0] != '/' || strings.HasSuffix(place, ":") {
		return false
	}
	e.AddField("caller", Text(place))
	if why = strings.TrimSpace(why); why != "" { // "SLOW SQL >= 200ms", or the error
		e.Metadata.Message = Text(why)
		e.Metadata.Level = LevelError
		if strings.HasPrefix(why, "SLOW SQL") {
			e.Metadata.Level = LevelWarn
		}
	}
	e.Join.Kind = gormHead
	return true
}

// parseGorm takes the second line of gorm's logger: [0.523ms] [rows:1] SELECT …
func parseGorm(p *Parser, e *Event, line string) bool {
	if len(line) < 16 || line[0] != '[' || !isDigit(line[1]) {
		return false
	}
	took, rest, ok := cutBracket(line)
	rest, found := strings.CutPrefix(strings.TrimLeft(rest, " "), "[rows:")
	d, is := parseDuration(took)
	if !ok || !found || !is {
		return false
	}
	rows, sql, ok := strings.Cut(rest, "] ")
	if !ok {
		return false
	}
	e.Metadata.Duration = d
	setSQL(e, sql, "")
	if n, ok := atoi(rows); ok {
		e.Metadata.DB.Rows, e.Metadata.DB.HasRows = n, true
	}
	return true
}

// addGorm makes the record the statement of its second line, at the time and place of the first.
func (r *openRecord) addGorm(e *Event) {
	head := *r.e
	*r.e = *e.clone()
	r.e.ID, r.e.Origin, r.e.Time, r.e.Join = head.ID, head.Origin, head.Time, head.Join
	r.e.Metadata.Fields = append(r.e.Metadata.Fields, head.Metadata.Fields...)
	r.e.Metadata.Level = head.Metadata.Level
	r.e.Metadata.Message = head.Metadata.Message
	r.e.Join.Kind = ""
	r.lines++
	r.trace.start(r.e)
}
