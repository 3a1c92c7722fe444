//go:build !linux

package tailer

// nxadmFollower returns own: there is no name for an open file here that nxadm/tail could be given.
func nxadmFollower(own *blockReader, _ func(*generation)) follower { return own }

// followed is never made here.
type followed struct{}

func (*followed) stop() {}
