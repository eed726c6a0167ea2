package cloudsim

import "fmt"

// Lock locks an instance as its cloud does, for a reason in the cloud's own word; "" unlocks it.
// ECS has "financial", "security", "Recycling", "dedicatedhostfinancial" and "refunded", shows
// them, and refuses to change the power of a locked instance. The state of the instance does not
// change. It returns an error for an instance that does not exist, and for clouds whose locks
// are not simulated.
func (s *Sim) Lock(name Cloud, id, word string) error {
	if name != ECS {
		return fmt.Errorf("cloudsim: %s has no simulated locks", name)
	}
	return s.cloud(name).Lock(id, word)
}
