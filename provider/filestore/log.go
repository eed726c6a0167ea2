package filestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// A log is a row of records. Before each stands its length, its checksum and its number, eight
// bytes each at most. A record that is cut off at the end of a log was never reported as saved.

const frameHead = 4 + 4 + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends a record as it is written.
func appendFrame(b []byte, r *store.Record) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(r.Data)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Seq))
	b = append(b, r.Data...)
	binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(b[at+8:], castagnoli))
	return b
}

// frames returns the good records at the begin of a log, and how many bytes they are.
func frames(b []byte) (list []store.Record, good int64) {
	for len(b) >= frameHead {
		n := int(binary.LittleEndian.Uint32(b))
		if n > store.MaxRecord || len(b) < frameHead+n {
			break
		}
		if crc32.Checksum(b[8:frameHead+n], castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
			break
		}
		list = append(list, store.Record{Seq: int64(binary.LittleEndian.Uint64(b[8:])), Data: b[frameHead : frameHead+n : frameHead+n]})
		b = b[frameHead+n:]
		good += int64(frameHead + n)
	}
	return list, good
}

// append adds records to the log of a claim, and syncs it. What it finds behind the good bytes
// is from a save that failed. It returns the files that are not needed once the claim is
// replaced.
func (p place) append(c *claim, ch store.Change) (obsolete []string, err error) {
	var b []byte
	for i := range ch.Records {
		if len(ch.Records[i].Data) > store.MaxRecord {
			return nil, fmt.Errorf("a record of %d bytes is longer than %d", len(ch.Records[i].Data), store.MaxRecord)
		}
		b = appendFrame(b, &ch.Records[i])
	}
	if ch.Obsolete > 0 {
		return p.beginLog(c, ch.Obsolete, b)
	}
	if len(b) == 0 {
		return nil, nil
	}
	f, err := os.OpenFile(p.logFile(c), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	err = f.Truncate(c.Size)
	if err == nil {
		_, err = f.WriteAt(b, c.Size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	c.Size += int64(len(b))
	return nil, nil
}

// beginLog begins another log of a claim, with the records of the old one that are still needed
// and the new ones.
func (p place) beginLog(c *claim, obsolete int64, added []byte) (files []string, err error) {
	old, err := p.readLog(filepath.Base(p.logFile(c)))
	if err != nil {
		return nil, err
	}
	var b []byte
	for i := range old {
		if old[i].Seq >= obsolete {
			b = appendFrame(b, &old[i])
		}
	}
	b = append(b, added...)
	c.Log++
	path := p.logFile(c)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close(), syncDir(p.dir)); err != nil {
		return nil, err
	}
	c.Size = int64(len(b))
	return p.before(c)
}

// before returns the files of earlier claims, and the earlier logs of this one.
func (p place) before(c *claim) (files []string, err error) {
	claims, err := p.names(claimPrefix)
	if err != nil {
		return nil, err
	}
	logs, err := p.names(logPrefix)
	if err != nil {
		return nil, err
	}
	ownClaim, ownLog := filepath.Base(p.claimFile(c.Fence)), filepath.Base(p.logFile(c))
	for _, name := range claims {
		if name < ownClaim {
			files = append(files, name)
		}
	}
	for _, name := range logs {
		if name < ownLog {
			files = append(files, name)
		}
	}
	return files, nil
}

// records returns the records of all logs, in order.
func (p place) records() (list []store.Record, err error) {
	logs, err := p.names(logPrefix)
	if err != nil {
		return nil, err
	}
	for _, name := range logs {
		more, err := p.readLog(name)
		if err != nil {
			return nil, err
		}
		for _, r := range more {
			known := len(list) > 0 && r.Seq <= list[len(list)-1].Seq // of a log that was begun again
			if !known {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// readLog reads one log. What its claim says is good must be.
func (p place) readLog(name string) ([]store.Record, error) {
	f, err := os.Open(filepath.Join(p.dir, name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	list, good := frames(text)
	if good == int64(len(text)) {
		return list, nil
	}
	if c, err := p.latest(); err == nil && strings.HasSuffix(p.logFile(&c), name) && good < c.Size {
		return nil, fmt.Errorf("%s is damaged: %d of %d bytes can be read", name, good, c.Size)
	}
	return list, nil
}
