package core

import (
	"fmt"
	"math/rand/v2"
)

// Letters draws n characters of a lower-case alphanumeric ID.
func Letters(r *rand.Rand, n int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// UUID draws a UUID in lower case.
func UUID(r *rand.Rand) string {
	hi, lo := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xfff, 0x8000|lo>>48&0x3fff,
		lo&0xffffffffffff)
}

// UnusedID draws an unused ID: a prefix and n letters.
func UnusedID(r *rand.Rand, prefix string, n int, taken func(id string) bool) string {
	for {
		if id := prefix + Letters(r, n); !taken(id) {
			return id
		}
	}
}

// RequestID draws the ID of a request, a UUID in lower case. It takes the lock. Vendors
// give it a source of its own, so the number of polls never changes what creates draw.
func (c *Service) RequestID(r *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return UUID(r)
}

// PrivateIP returns an address that no other instance of this cloud has had.
func (c *Service) PrivateIP() string {
	c.lastIP++
	n := c.lastIP
	return fmt.Sprintf("10.%d.%d.%d", 1+n>>16, n>>8&0xff, n&0xff)
}

// PublicIP returns an address of the documentation ranges (RFC 5737), which belongs
// to no real instance.
func (c *Service) PublicIP() string {
	return fmt.Sprintf("203.0.113.%d", 1+c.Rand.IntN(254))
}
