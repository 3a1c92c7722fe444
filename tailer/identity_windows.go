package tailer

import (
	"os"

	"golang.org/x/sys/windows"
)

// openShared opens a file for reading without keeping others from renaming or deleting it.
func openShared(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE,
		nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// idOf tells which file is open: the serial number of its volume and its index there.
func idOf(f *os.File, _ os.FileInfo) (fileID, error) {
	if f == nil {
		return fileID{}, os.ErrInvalid
	}
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return fileID{}, err
	}
	return fileID{
		Dev:  uint64(info.VolumeSerialNumber),
		Ino:  uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow),
		Born: info.CreationTime.Nanoseconds(),
	}, nil
}

// pathID is the id of a file that is not open.
func pathID(path string, fi os.FileInfo) (fileID, bool) {
	f, err := openShared(path)
	if err != nil {
		return fileID{}, false
	}
	defer f.Close()
	id, err := idOf(f, fi)
	return id, err == nil
}

// unlinked says whether an open file has no name any more; here it keeps one until it is closed.
func unlinked(os.FileInfo) bool { return false }
