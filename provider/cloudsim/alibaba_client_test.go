package cloudsim

import "testing"

// aliNewECS returns a client of ECS, the product that speaks for both here.
func aliNewECS(t *testing.T, sim *Sim) *aliClient { return stNewECS(t, sim.Transport()) }

func aliNewENS(t *testing.T, sim *Sim) *aliClient { return stNewENS(t, sim.Transport()) }
