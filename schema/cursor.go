package schema

// cursor reads a JSON text from front to back, each byte once, and checks it on the way. Values that are not asked for member
// by member come out whole.
type cursor struct {
	s   string
	i   int
	in  int  // objects around the cursor
	bad bool // the text is no JSON; what was read of it until there does not count
}

// key goes to the next member of the object that begins at the cursor or that a member was read of: behind its colon.
// ok is false at the end of the object, and the cursor stands behind it.
func (c *cursor) key() (key string, ok bool) {
	s, i := c.s, skipSpace(c.s, c.i)
	if i >= len(s) {
		c.bad = true
		return "", false
	}
	switch s[i] {
	case '}':
		c.i = i + 1
		c.in--
		return "", false
	case '{':
		if i = skipSpace(s, i+1); i < len(s) && s[i] == '}' {
			c.i = i + 1
			return "", false
		}
		c.in++
	case ',':
		i = skipSpace(s, i+1)
	default:
		c.bad = true
		return "", false
	}
	if i >= len(s) || s[i] != '"' {
		c.bad = true
		return "", false
	}
	end, escaped := skipString(s, i+1)
	if end < 0 {
		c.bad = true
		return "", false
	}
	if key = s[i+1 : end]; escaped {
		key = unescape(key)
	}
	if i = end + 1; i >= len(s) || s[i] != ':' {
		if i = skipSpace(s, i); i >= len(s) || s[i] != ':' {
			c.bad = true
			return "", false
		}
	}
	c.i = skipSpace(s, i+1)
	return key, true
}

// peek returns the first byte of the value at the cursor, 0 at the end of the text.
func (c *cursor) peek() byte {
	if c.i < len(c.s) {
		return c.s[c.i]
	}
	return 0
}

// value reads the value at the cursor: a String, an Escaped or a Raw one.
func (c *cursor) value() Value {
	v, next := tokenAt(c.s, c.i, c.in)
	if next < 0 {
		c.bad = true
		c.i = len(c.s)
		return Value{}
	}
	c.i = next
	return v
}

// text reads the value at the cursor and returns it as scalar does.
func (c *cursor) text() string { return c.value().scalar() }
