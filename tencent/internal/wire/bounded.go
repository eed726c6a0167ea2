package wire

import (
	"errors"
	"io"
)

// maxBody bounds an answer; the largest honest ones, 100 described servers, are
// well below 1 MiB. The SDK reads whatever comes, into memory.
const maxBody = 16 << 20

var errTooLarge = errors.New("the answer is larger than 16 MiB")

// bounded is a body that fails when it goes on for ever.
type bounded struct {
	io.ReadCloser
	left int64
}

func newBounded(body io.ReadCloser) io.ReadCloser { return &bounded{body, maxBody} }

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
