package correlate

import "github.com/ezlogs/ezlogs/schema"

// texts are the texts of a unit, one after another in one string: most units have some, and each string of its own would be
// another allocation and another pointer for the garbage collector to follow.
type texts struct {
	s    string
	ends [numTexts]uint16
}

const (
	textID        = iota // of the event, if the application gave it one
	textActor            // kind of the actor
	textActorID          //
	textSession          //
	textRequest          //
	textInner            // actor and session that the lines inside say, where the request itself says nothing
	textInnerID          //
	textInnerSess        //
	numTexts
)

// at returns a text.
func (t *texts) at(i int) string {
	if i == 0 {
		return t.s[:t.ends[0]]
	}
	return t.s[t.ends[i-1]:t.ends[i]]
}

// all returns every text.
func (t *texts) all() (parts [numTexts]string) {
	for i := range parts {
		parts[i] = t.at(i)
	}
	return parts
}

// pack makes texts of copies of the parts. One that does not fit is left out.
func (c *Correlator) pack(parts *[numTexts]string) (t texts) {
	b := c.scratch[:0]
	for i, s := range parts {
		if len(b)+len(s) < 1<<16 {
			b = append(b, s...)
		}
		t.ends[i] = uint16(len(b))
	}
	c.scratch = b
	t.s = string(b)
	return t
}

// eventID returns the id of the unit's event.
func (u *unit) eventID() schema.ID { return schema.ID{Bits: u.bits, Text: u.texts.at(textID)} }

// is reports whether the unit is that of an event.
func (u *unit) is(id *schema.ID) bool { return u.bits == id.Bits && u.texts.at(textID) == id.Text }
