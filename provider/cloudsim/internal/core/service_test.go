package core

import "testing"

// unwired is a service without a protocol.
func unwired(cfg Config) *Service {
	return NewService(cfg, QingCloud, func(*Service) Wire { return nil })
}

func TestPrivateAddressesDiffer(t *testing.T) {
	c := unwired(Config{})
	seen := map[string]bool{}
	for range 70000 {
		ip := c.PrivateIP()
		if seen[ip] {
			t.Fatalf("address %s is given to a second instance", ip)
		}
		seen[ip] = true
	}
	if !seen["10.1.0.1"] || !seen["10.2.0.0"] {
		t.Error("addresses do not continue from 10.1.255.255 to 10.2.0.0")
	}
}
