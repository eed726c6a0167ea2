// Package filestore is a [store.Store] in a directory, for programs on one computer that have no
// database. Several processes may use one directory at a time.
//
// What Save has returned nil for is on the disk: files are synced before they are relied on. A
// process may be killed at any moment: what was half written then is skipped.
//
// The directory must be on a local file system, with hard links and atomic renames: ext4, xfs,
// btrfs, zfs, APFS, NTFS. On a network file system (NFS, SMB, a shared volume of containers on
// several hosts) nothing is promised: what one host has written, another one may see too late.
// Use a database there.
//
// An operation whose process was killed can be claimed at once: the kernel tells (not on Windows,
// where its lease must be over).
//
// # Files
//
// Each operation has a directory. Each claim of it has a file claim-N, where N is the fence, and
// a log for its records. A claim is taken by making the file of the next number, which only one
// process can do. So no lock is needed that a stopped process could keep, and a process that
// wakes writes into its own files only, where it then finds that there is a higher number. A file
// alive-X is locked as long as a process lives; nothing depends on it but how soon others know.
package filestore
