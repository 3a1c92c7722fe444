package ship

import "time"

type spooler struct{}

func (*spooler) run()                      {}
func (*spooler) close()                    {}
func (*spooler) holdsInputLocked() bool    { return false }
func (*spooler) next(*dest) (*batch, bool) { return nil, false }
func (*spooler) takenLocked(*dest, *batch) {}
func (*spooler) doneLocked(*dest, *batch)  {}
func (*spooler) unreadLocked(*dest) bool   { return false }
func (*spooler) booksLocked() SpoolBooks   { return SpoolBooks{} }

type SpoolBooks struct{}
type DeadLetterBooks struct{}
type deadLetter struct{}

func (*deadLetter) add(string, string, *parcel, verdict, time.Time) error { return nil }
func (*deadLetter) books() DeadLetterBooks                                { return DeadLetterBooks{} }

type DirLock struct{}

func (*DirLock) Unlock() {}

func (s *Shipper) openState() error { return nil }
func (s *Shipper) pressure()        {}
