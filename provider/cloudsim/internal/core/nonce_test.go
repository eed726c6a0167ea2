package core

import (
	"strconv"
	"testing"
	"time"
)

func TestNonceIsGoodOnceAsLongAsItsTimestampIs(t *testing.T) {
	const window = time.Minute
	start := time.Now()
	for first := time.Duration(0); first <= 4*window; first += 7 * time.Second {
		c := unwired(Config{})
		for at := time.Duration(0); at <= first+2*window; at += time.Second {
			now := start.Add(at)
			c.UseNonce(at.String(), now, window) // others come all the time
			if at >= first && c.UseNonce("replayed", now, window) != (at == first) {
				t.Fatalf("a nonce first used after %v is good again after %v: requests can be replayed", first, at)
			}
		}
	}
}

func TestNoncesAreForgottenInTheEnd(t *testing.T) {
	const window = time.Minute
	c := unwired(Config{})
	now := time.Now()
	c.UseNonce("a", now, window)
	for i := range 1000 {
		now = now.Add(time.Second)
		c.UseNonce(strconv.Itoa(i), now, window)
	}
	if n := len(c.nonces.young) + len(c.nonces.old); n > 4*60+2 {
		t.Errorf("%d nonces are stored after 1000 s, want those of two generations, 240 s", n)
	}
	if !c.UseNonce("a", now, window) {
		t.Error("an old nonce is refused: the simulator never forgets nonces")
	}
}

// If each call searched all stored nonces, this test would take minutes.
func TestManyFreshNoncesDoNotSlowCallsDown(t *testing.T) {
	c := unwired(Config{})
	now := time.Now()
	for i := range 1 << 18 {
		if !c.UseNonce(strconv.Itoa(i), now, time.Minute) {
			t.Fatalf("fresh nonce %d is refused", i)
		}
	}
}

func TestNonceIsGoodOnce(t *testing.T) {
	c := unwired(Config{})
	now := time.Now()
	if !c.UseNonce("a", now, time.Minute) || !c.UseNonce("b", now, time.Minute) {
		t.Error("a fresh nonce is refused")
	}
	if c.UseNonce("a", now.Add(time.Second), time.Minute) {
		t.Error("a nonce is accepted a second time: requests can be replayed")
	}
}
