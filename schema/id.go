package schema

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
)

// ID names an event: 128 bits of ours, or the text that the application gave. The zero value is no id.
// IDs are comparable.
type ID struct {
	Bits [16]byte
	Text string
}

// IsZero reports whether there is no id.
func (id ID) IsZero() bool { return id == ID{} }

// Append appends the id as it is written: "evt_" and 26 characters, or the given text.
func (id ID) Append(dst []byte) []byte {
	if id.Text != "" {
		return append(dst, id.Text...)
	}
	return appendBase32(append(dst, "evt_"...), &id.Bits)
}

// String returns the id as it is written.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	return string(id.Append(nil))
}

// ourEventID reports whether s is an event id as we write it.
func ourEventID(s string) bool {
	const prefix = "evt_"
	if len(s) != len(prefix)+26 || s[:len(prefix)] != prefix {
		return false
	}
	all := uint8(0)
	for i := range 26 {
		all |= base32Values[s[len(prefix)+i]]
	}
	return all < 32
}

// FlowID names a flow. The zero value is no flow.
type FlowID [16]byte

// Append appends the flow id as it is written: "flow_" and 26 characters.
func (f FlowID) Append(dst []byte) []byte {
	b := [16]byte(f)
	return appendBase32(append(dst, "flow_"...), &b)
}

// String returns the flow id as it is written, "" for the zero value.
func (f FlowID) String() string {
	if f == (FlowID{}) {
		return ""
	}
	return string(f.Append(nil))
}

// ParseFlowID reads a flow id as it is written: "flow_" and 26 characters, not all of them zero.
func ParseFlowID(s string) (f FlowID, ok bool) {
	const prefix = "flow_"
	if len(s) != len(prefix)+26 || s[:len(prefix)] != prefix {
		return f, false
	}
	s = s[len(prefix):]
	var hi, lo uint64
	all := uint8(0)
	for i := range 12 {
		v := base32Values[s[i]]
		all |= v
		hi = hi<<5 | uint64(v)
	}
	middle := base32Values[s[12]]
	for i := 13; i < 25; i++ {
		v := base32Values[s[i]]
		all |= v
		lo = lo<<5 | uint64(v)
	}
	last := base32Values[s[25]]
	if all |= middle | last; all >= 32 || last&3 != 0 { // 128 bits leave two of the last character unused
		return f, false
	}
	binary.BigEndian.PutUint64(f[:8], hi<<4|uint64(middle>>1))
	binary.BigEndian.PutUint64(f[8:], uint64(middle&1)<<63|lo<<3|uint64(last>>2))
	return f, f != (FlowID{})
}

// crockford is the base32 alphabet without i, l, o and u, lower case: ids can be read aloud and typed.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// base32Values holds the five bits that a byte stands for in that alphabet, 0xff for one that is not in it.
var base32Values = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range len(crockford) {
		t[crockford[i]] = uint8(i)
	}
	return t
}()

// appendBase32 appends 26 characters: 128 bits, high bits first, the last character holding 3 of them.
func appendBase32(dst []byte, b *[16]byte) []byte {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	// 130 bits are written; shift left by two so that the first character starts at the top bit.
	var out [26]byte
	for i := range 12 {
		out[i] = crockford[hi>>(59-5*i)&31]
	}
	// 60 bits of hi are used; 4 remain, joined with the top bit of lo.
	out[12] = crockford[(hi&15)<<1|lo>>63]
	for i := range 12 {
		out[13+i] = crockford[lo>>(58-5*i)&31]
	}
	out[25] = crockford[(lo&7)<<2]
	return append(dst, out[:]...)
}

// Source identifies what lines come from. It is made once per file generation or stream, is immutable, and is shared by
// all events of it.
type Source struct {
	Path  string // as configured or found, "-" for standard input
	Name  string // base name, written to platform.source.file
	Order int    // position among the sources of a run, for ties

	// Service, Environment, Host, Container, Pod, Namespace are what the name of the file or the surroundings say;
	// a line's own word wins.
	Service, Environment, Host, Container, Pod, Namespace string

	key     [32]byte
	columns *w3cLayout // of a W3C log whose beginning is known
}

// NewSource returns a source whose event ids are made with a key of its own: HMAC-SHA-256 of secret over identity.
// identity is device, inode and hash of the first line for files, a random run id for pipes. The path of a log of Kubernetes names
// pod, namespace and container.
func NewSource(path, name string, secret, identity []byte) *Source {
	s := &Source{Path: path, Name: name}
	if pod, namespace, container, ok := kubernetesName(path); ok {
		s.Pod, s.Namespace, s.Container, s.Service = pod, namespace, container, container
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("ezlogs/event/v1\x00"))
	h.Write(identity)
	h.Sum(s.key[:0])
	return s
}

// idMaker makes the ids of the events of one source, one after the other. SHA-256 of a message of one block is the state
// behind that block, so with the padding in place there is nothing to finish: 50 ns instead of 85.
type idMaker struct {
	block [64]byte // key, offset and index of a Source's ids, padded
	hash  hash.Hash
	state encoding.BinaryAppender // of hash; nil when its state is not what is expected
	buf   [128]byte
}

const idMessage = 44

// start makes m ready for a source.
func (m *idMaker) start(s *Source) {
	if m.hash == nil {
		m.hash = sha256.New()
		m.block[idMessage] = 0x80
		binary.BigEndian.PutUint16(m.block[62:], idMessage*8)
		m.state, _ = m.hash.(encoding.BinaryAppender)
		if m.state != nil && m.id(new(Source), 7) != new(Source).EventID(7, 0) {
			m.state = nil
		}
	}
	copy(m.block[:], s.key[:])
}

// id returns the id of the first event of the line at offset of s, the source m was started for.
func (m *idMaker) id(s *Source, offset int64) ID {
	if m.state == nil {
		return s.EventID(offset, 0)
	}
	binary.BigEndian.PutUint64(m.block[32:], uint64(offset))
	m.hash.Reset()
	m.hash.Write(m.block[:])
	state, err := m.state.AppendBinary(m.buf[:0])
	if err != nil || len(state) < 20 {
		return s.EventID(offset, 0)
	}
	return ID{Bits: [16]byte(state[4:20])}
}

// EventID returns the id of the index-th event of the line at offset: the first 128 bits of SHA-256 over the source's
// key, the offset and the index. All three have a fixed length and the key is a secret of 256 bits, so this is a keyed hash
// like HMAC at a quarter of its cost: one block.
func (s *Source) EventID(offset int64, index int32) ID {
	var b [44]byte
	copy(b[:], s.key[:])
	binary.BigEndian.PutUint64(b[32:], uint64(offset))
	binary.BigEndian.PutUint32(b[40:], uint32(index))
	sum := sha256.Sum256(b[:])
	return ID{Bits: [16]byte(sum[:16])}
}
