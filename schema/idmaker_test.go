package schema

import "testing"

// TestIDMaker holds that ids made one after the other are those of the source, by the state of the hash and without it.
func TestIDMaker(t *testing.T) {
	t.Parallel()
	var m idMaker
	for _, secret := range []string{"a", "b"} {
		s := NewSource("a.log", "a.log", []byte(secret), []byte("i"))
		m.start(s)
		for _, offset := range []int64{0, 1, 366, 1 << 40} {
			if got, want := m.id(s, offset), s.EventID(offset, 0); got != want {
				t.Errorf("id at %d is %s, want %s", offset, got, want)
			}
			state := m.state
			m.state = nil
			if got, want := m.id(s, offset), s.EventID(offset, 0); got != want {
				t.Errorf("id at %d without the state is %s, want %s", offset, got, want)
			}
			m.state = state
		}
	}
	if m.state == nil {
		t.Error("the state of SHA-256 is not what the maker expects: ids are right, but slower to make")
	}
}
