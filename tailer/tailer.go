// Package tailer turns files, globs, directories and standard input into chunks of whole lines whose position can be
// resumed. It knows rotation, truncation and compressed backlog, and remembers what was delivered. It never looks into a line.
//
// [OpenOnce] reads sources to their end, on demand. [Start] follows them. Both hand out a [Chunk] with a [Token]: the position
// of a source moves only over chunks whose token was released, in the order of the file.
//
// What holds at every moment while following:
//   - An offset is the start of the next line that was not handed out. Half lines are read again, never kept.
//   - Every read begins up to 64 bytes before its offset and compares them with what was there; a difference means the file
//     was truncated or replaced, whatever its size.
//   - A file is known by device and inode, and the hash of its first KiB, and the hash of the bytes before the offset.
//   - A descriptor is closed when its file was read to the end, is no longer the live one, and has been quiet for a while.
//   - Finding and opening files never waits for whoever takes the chunks.
package tailer
