package debugview

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Expr is a parsed --where expression.
type Expr struct {
	root   node
	leaves []leaf
}

// nodeOp says how a node combines its children.
type nodeOp uint8

const (
	opLeaf nodeOp = iota
	opAnd
	opOr
	opNot
)

type node struct {
	op   nodeOp
	leaf int
	kids []node
}

// leaf is one comparison.
type leaf struct {
	field    string
	path     []string
	flowPart bool // it is about the flow as a whole
	op       string
	values   []literal
	re       *regexp.Regexp
	optional bool // true where the field is missing
}

// literal is a value in an expression.
type literal struct {
	text   string
	number float64 // also durations in seconds and sizes in bytes
	isNum  bool
	null   bool
}

// maxLeaves is the number of comparisons of all expressions together; their results are bits of a word.
const maxLeaves = 64

// ExprError tells what is wrong with an expression. Its text has several lines: the fault, the expression with a caret under
// the fault and a hint, and what would be right.
type ExprError struct {
	Expr string
	Pos  int // in bytes
	Len  int
	Msg  string
	Hint string
	Help string
}

// Error returns the text with caret, without a prefix and without a newline at the end.
func (e *ExprError) Error() string {
	var b strings.Builder
	expr := clean(e.Expr, false)
	b.WriteString(e.Msg)
	b.WriteString("\n  --where  " + expr + "\n")
	at := 0
	if e.Pos <= len(e.Expr) {
		at = cells(clean(e.Expr[:e.Pos], false))
	}
	b.WriteString(strings.Repeat(" ", 11+at) + strings.Repeat("^", max(1, e.Len)))
	if e.Hint != "" {
		b.WriteString(" " + e.Hint)
	}
	if e.Help != "" {
		b.WriteString("\n  " + e.Help)
	}
	return b.String()
}

const operatorHelp = "operators: = != < <= > >= ~ (contains) ~~ (regex) in exists and or not"

// ParseWhere parses an expression:
//
//	expr  = and {"or" and} ; and = not {"and" not} ; not = ["not"|"!"] cmp
//	cmp   = "(" expr ")" | "exists" "(" field ")" | field op value | field "in" "(" value {"," value} ")"
//	op    = "=" "!=" "<" "<=" ">" ">=" "~" (contains, no case) "~~" (RE2)
//	field = path like metadata.changes.state or items.[].sku; "field?" is true where the field is missing
//	value = word | "string" | 12.5 | 500ms | 2KiB | true | null | @file (one value a line)
//
// The error is an [ExprError], or about the file of values.
func ParseWhere(expr string) (*Expr, error) {
	p := &whereParser{in: expr, e: &Expr{}}
	root, err := p.or()
	if err == nil {
		p.blanks()
		if p.at < len(p.in) {
			err = p.unexpected()
		}
	}
	if err != nil {
		return nil, err
	}
	p.e.root = root
	return p.e, nil
}

type whereParser struct {
	in    string
	at    int
	depth int
	e     *Expr

	bare    string // the last value, if it stood without quotation marks
	bareEnd int    // where it ended
}

func (p *whereParser) fail(pos, n int, msg, hint, help string) error {
	return &ExprError{Expr: p.in, Pos: pos, Len: n, Msg: msg, Hint: hint, Help: help}
}

func (p *whereParser) blanks() {
	for p.at < len(p.in) && (p.in[p.at] == ' ' || p.in[p.at] == '\t' || p.in[p.at] == '\n') {
		p.at++
	}
}

// unexpected is the error for what stands where "and", "or" or the end should.
func (p *whereParser) unexpected() error {
	word := p.peekToken()
	switch word {
	case "&&":
		return p.fail(p.at, 2, "`&&` is not an operator", "did you mean `and`?", operatorHelp)
	case "||":
		return p.fail(p.at, 2, "`||` is not an operator", "did you mean `or`?", operatorHelp)
	case "&":
		return p.fail(p.at, 1, "`&` is not an operator", "did you mean `and`?", operatorHelp)
	case "|":
		return p.fail(p.at, 1, "`|` is not an operator", "did you mean `or`?", operatorHelp)
	case ")":
		return p.fail(p.at, 1, "`)` without `(`", "", "")
	case ",":
		return p.fail(p.at, 1, "`,` stands outside of a list", "lists are for `in`: status in (500, 502)", "")
	}
	hint := ""
	if bare := p.bare; bare != "" && p.bareEnd < p.at && strings.Trim(p.in[p.bareEnd:p.at], " \t\n") == "" {
		switch number := literalOf(bare).isNum; {
		case !number:
			hint = "text with blanks needs quotation marks"
		case literalOf(bare + word).isNum:
			hint = "did you mean `" + clean(bare+word, false) + "`?"
		}
	}
	return p.fail(p.at, len(word), "expected `and`, `or` or the end", hint, operatorHelp)
}

// peekToken returns the run of characters of one sort at the present place.
func (p *whereParser) peekToken() string {
	i := p.at
	if i >= len(p.in) {
		return ""
	}
	if fieldByte(p.in[i]) {
		for i < len(p.in) && fieldByte(p.in[i]) {
			i++
		}
		return p.in[p.at:i]
	}
	if strings.IndexByte("=<>!~&|", p.in[i]) >= 0 {
		for i < len(p.in) && strings.IndexByte("=<>!~&|", p.in[i]) >= 0 {
			i++
		}
		return p.in[p.at:i]
	}
	return p.in[i : i+1]
}

// keyword takes the word, which must end there.
func (p *whereParser) keyword(word string) bool {
	p.blanks()
	if !strings.EqualFold(p.peekToken(), word) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *whereParser) or() (node, error) {
	if p.depth++; p.depth > 50 {
		return node{}, p.fail(p.at, 1, "too many parentheses", "", "")
	}
	defer func() { p.depth-- }()
	return p.chain(opOr, "or", p.and)
}

func (p *whereParser) and() (node, error) { return p.chain(opAnd, "and", p.not) }

func (p *whereParser) chain(op nodeOp, word string, sub func() (node, error)) (node, error) {
	first, err := sub()
	if err != nil {
		return node{}, err
	}
	kids := []node{first}
	for p.keyword(word) {
		n, err := sub()
		if err != nil {
			return node{}, err
		}
		kids = append(kids, n)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return node{op: op, kids: kids}, nil
}

func (p *whereParser) not() (node, error) {
	negate := false
	for {
		p.blanks()
		if p.at < len(p.in) && p.in[p.at] == '!' && p.peekToken() == "!" {
			p.at++
		} else if !p.keyword("not") {
			break
		}
		negate = !negate
	}
	n, err := p.cmp()
	if err != nil || !negate {
		return n, err
	}
	return node{op: opNot, kids: []node{n}}, nil
}

func (p *whereParser) cmp() (node, error) {
	p.blanks()
	if p.at >= len(p.in) {
		return node{}, p.fail(p.at, 1, "a comparison is missing", "for example status >= 500", "")
	}
	if p.in[p.at] == '(' {
		from := p.at
		p.at++
		n, err := p.or()
		if err != nil {
			return n, err
		}
		if p.blanks(); p.at >= len(p.in) {
			return n, p.fail(from, 1, "`(` is never closed", "", "")
		}
		if p.in[p.at] != ')' {
			return n, p.unexpected()
		}
		p.at++
		return n, nil
	}
	from := p.at
	name := p.field()
	if name == "" {
		word, hint := p.peekToken(), ""
		if word == `"` || word == "'" {
			hint = "names of fields stand without quotation marks"
		}
		return node{}, p.fail(from, len(word), "`"+clean(word, false)+"` stands where a field should", hint, "a comparison is: field operator value, for example status >= 500")
	}
	if strings.EqualFold(name, "exists") {
		return p.exists()
	}
	if p.at < len(p.in) && p.in[p.at] == '(' && nearest(name, []string{"exists"}) != "" {
		return node{}, p.fail(from, len(name), "there is no `"+clean(name, false)+"(…)`", "did you mean `exists`?", operatorHelp)
	}
	l := leaf{field: name}
	if p.at < len(p.in) && p.in[p.at] == '?' {
		l.optional = true
		p.at++
	}
	if err := p.operator(&l); err != nil {
		return node{}, err
	}
	return p.add(from, l)
}

// add keeps a comparison.
func (p *whereParser) add(from int, l leaf) (node, error) {
	if len(p.e.leaves) == maxLeaves {
		return node{}, p.fail(from, 1, "more than "+strconv.Itoa(maxLeaves)+" comparisons", "", "")
	}
	l.path = fieldPath(l.field)
	if l.path[0] == "flow" && len(l.path) > 1 {
		l.flowPart = true
		if !slices.Contains(flowFields, l.path[1]) {
			hint := ""
			if n := nearest(l.path[1], flowFields); n != "" {
				hint = "did you mean `flow." + n + "`?"
			}
			return node{}, p.fail(from, len(l.field), "a flow has no `"+clean(l.path[1], false)+"`", hint, "flow fields: flow."+strings.Join(flowFields, " flow."))
		}
	}
	p.e.leaves = append(p.e.leaves, l)
	return node{op: opLeaf, leaf: len(p.e.leaves) - 1}, nil
}

func fieldByte(c byte) bool {
	return wordByte(c) || c == '.' || c == '[' || c == ']' || c == '-' || c == '/' || c == '@' || c == '$' || c == ':'
}

func (p *whereParser) field() string {
	from := p.at
	for p.at < len(p.in) && fieldByte(p.in[p.at]) {
		p.at++
	}
	return p.in[from:p.at]
}

func (p *whereParser) exists() (node, error) {
	p.blanks()
	from := p.at
	if p.at >= len(p.in) || p.in[p.at] != '(' {
		return node{}, p.fail(p.at, 1, "`exists` needs a field in parentheses", "for example exists(error.class)", "")
	}
	p.at++
	p.blanks()
	l := leaf{field: p.field(), op: "exists"}
	p.blanks()
	if l.field == "" || p.at >= len(p.in) || p.in[p.at] != ')' {
		return node{}, p.fail(p.at, 1, "`exists` needs a field in parentheses", "for example exists(error.class)", "")
	}
	p.at++
	return p.add(from, l)
}

// operatorFixes holds what people write instead of an operator.
var operatorFixes = map[string]string{
	"is": "=", "eq": "=", "equals": "=", "ne": "!=", "gt": ">", "ge": ">=", "gte": ">=", "lt": "<", "le": "<=", "lte": "<=",
	"like": "~", "contains": "~", "matches": "~~", "&": "and", "|": "or",
	"=>": ">=", "=<": "<=", "==": "=", "===": "=", "<>": "!=", "!==": "!=", "=~": "~~", "~=": "~", "=!": "!=", "!~": "not … ~", "!~~": "not … ~~",
}

// operator reads the operator and what follows it.
func (p *whereParser) operator(l *leaf) error {
	p.blanks()
	from := p.at
	op := p.peekToken()
	switch op {
	case "=", "!=", "<", "<=", ">", ">=", "~", "~~":
		p.at += len(op)
		l.op = op
		v, pos, err := p.value()
		if err != nil {
			return err
		}
		l.values = v
		if (l.field == "timestamp" || l.field == "time") && op != "~" && op != "~~" {
			for i := range v {
				at, ok := momentOf(v[i].text)
				if !ok && !v[i].null {
					return p.fail(pos, p.at-pos, "a timestamp is compared with a day, or a day and a time", "for example 2026-11-20T14:02:11", "for a time of day, or from now: --since and --until")
				}
				v[i].number, v[i].isNum = at, ok
			}
		}
		if op == "~~" {
			if l.re, err = regexp.Compile(v[0].text); err != nil {
				return p.fail(pos, p.at-pos, "the regular expression does not compile: "+reason(err), "", "syntax: RE2, see `ezlogs help where`")
			}
		}
		return nil
	case "":
		return p.fail(p.at, 1, "an operator is missing after `"+clean(l.field, false)+"`", "", operatorHelp)
	}
	if strings.EqualFold(op, "in") {
		p.at += 2
		return p.list(l)
	}
	hint := ""
	if fix := operatorFixes[strings.ToLower(op)]; fix != "" {
		hint = "did you mean `" + fix + "`?"
	} else if n := nearest(op, []string{"in", "exists", "and", "or", "not"}); n != "" {
		hint = "did you mean `" + n + "`?"
	}
	return p.fail(from, len(op), "`"+clean(op, false)+"` is not an operator", hint, operatorHelp)
}

// reason returns the last part of an error of package regexp.
func reason(err error) string {
	s := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	return clean(s, false)
}

func (p *whereParser) list(l *leaf) error {
	l.op = "in"
	p.blanks()
	if p.at >= len(p.in) || p.in[p.at] != '(' {
		return p.fail(p.at, 1, "`in` needs a list in parentheses", "for example status in (500, 502)", "")
	}
	open := p.at
	p.at++
	for {
		v, _, err := p.value()
		if err != nil {
			return err
		}
		l.values = append(l.values, v...)
		if p.blanks(); p.at >= len(p.in) {
			return p.fail(open, 1, "`(` is never closed", "", "")
		}
		switch p.in[p.at] {
		case ',':
			p.at++
		case ')':
			p.at++
			return nil
		default:
			return p.fail(p.at, len(p.peekToken()), "expected `,` or `)`", "", "")
		}
	}
}

// value reads a value; @file gives several.
func (p *whereParser) value() ([]literal, int, error) {
	p.blanks()
	from := p.at
	if p.at >= len(p.in) {
		return nil, from, p.fail(p.at, 1, "a value is missing", "", "")
	}
	if q := p.in[p.at]; q == '"' || q == '\'' {
		var b strings.Builder
		for p.at++; p.at < len(p.in); p.at++ {
			c := p.in[p.at]
			if c == '\\' && p.at+1 < len(p.in) && (p.in[p.at+1] == q || p.in[p.at+1] == '\\') {
				p.at++
				c = p.in[p.at]
			} else if c == q {
				p.at++
				return []literal{{text: b.String()}}, from, nil
			}
			b.WriteByte(c)
		}
		return nil, from, p.fail(from, 1, "the quotation mark is never closed", "", "")
	}
	for p.at < len(p.in) && strings.IndexByte(" \t\n,()", p.in[p.at]) < 0 {
		p.at++
	}
	word := p.in[from:p.at]
	if word == "" {
		return nil, from, p.fail(from, 1, "a value is missing", "", "")
	}
	if word[0] == '@' && len(word) > 1 {
		return p.file(from, word[1:])
	}
	p.bare, p.bareEnd = word, p.at
	return []literal{literalOf(word)}, from, nil
}

// momentOf reads a day with or without a time, in UTC unless it says otherwise; seconds since 1970.
func momentOf(s string) (float64, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, true
		}
	}
	return 0, false
}

// file reads values from a file, one a line.
func (p *whereParser) file(from int, name string) ([]literal, int, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, from, fmt.Errorf("--where: %w", err)
	}
	var values []literal
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			values = append(values, literalOf(line))
		}
	}
	if len(values) == 0 {
		return nil, from, p.fail(from, p.at-from, "the file holds no values", "", "")
	}
	return values, from, nil
}

// units holds what may follow a number: seconds for times, bytes for sizes.
var units = map[string]float64{
	"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400,
	"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}

// literalOf reads a bare word.
func literalOf(word string) literal {
	l := literal{text: word, null: word == "null"}
	i := 0
	for i < len(word) && (word[i] >= '0' && word[i] <= '9' || word[i] == '.' || i == 0 && (word[i] == '-' || word[i] == '+')) {
		i++
	}
	n, err := strconv.ParseFloat(word[:i], 64)
	switch {
	case err != nil:
		if d, err := time.ParseDuration(word); err == nil {
			l.number, l.isNum = d.Seconds(), true
		}
	case i == len(word):
		l.number, l.isNum = n, true
	case units[strings.ToLower(word[i:])] != 0:
		l.number, l.isNum = n*units[strings.ToLower(word[i:])], true
	default:
		if d, err := time.ParseDuration(word); err == nil {
			l.number, l.isNum = d.Seconds(), true
		} else if n, err := strconv.ParseFloat(word, 64); err == nil {
			l.number, l.isNum = n, true
		}
	}
	return l
}

// eval evaluates n; result returns that of a comparison.
func (n *node) eval(result func(leaf int) bool) bool {
	switch n.op {
	case opAnd:
		for i := range n.kids {
			if !n.kids[i].eval(result) {
				return false
			}
		}
		return true
	case opOr:
		for i := range n.kids {
			if n.kids[i].eval(result) {
				return true
			}
		}
		return false
	case opNot:
		return !n.kids[0].eval(result)
	}
	return result(n.leaf)
}

// operand is a value found in an event.
type operand struct {
	text  string
	n     float64
	isNum bool
	null  bool
}

// holds reports whether the comparison is true of x.
func (l *leaf) holds(x operand) bool {
	switch l.op {
	case "exists":
		return true
	case "in":
		for i := range l.values {
			if equal(x, &l.values[i]) {
				return true
			}
		}
		return false
	case "~~":
		return l.re.MatchString(x.text)
	case "~":
		for i := range l.values {
			if containsFold(x.text, l.values[i].text) {
				return true
			}
		}
		return false
	case "=":
		return slices.ContainsFunc(l.values, func(v literal) bool { return equal(x, &v) })
	case "!=":
		return !slices.ContainsFunc(l.values, func(v literal) bool { return equal(x, &v) })
	}
	v := &l.values[0]
	c := 0
	switch {
	case x.isNum && v.isNum:
		c = compare(x.n, v.number)
	case x.isNum || v.isNum && !dated(v.text):
		return false
	default:
		c = strings.Compare(x.text, v.text)
	}
	switch l.op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// dated reports whether s begins like a date, so that it may be compared as text.
func dated(s string) bool { return len(s) >= 8 && s[4] == '-' }

func compare(a, b float64) int {
	// Seconds come from nanoseconds, so that equal times may differ in the last bit.
	if math.Abs(a-b) < 5e-10 {
		return 0
	}
	if a < b {
		return -1
	}
	return 1
}

func equal(x operand, v *literal) bool {
	if v.null || x.null {
		return v.null == x.null
	}
	if x.isNum && v.isNum {
		return compare(x.n, v.number) == 0
	}
	return x.text == v.text
}

// containsFold reports whether s contains part, in any case.
func containsFold(s, part string) bool {
	if part == "" {
		return true
	}
	if strings.Contains(s, part) {
		return true
	}
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
