package fleet_test

import (
	"testing"

	"go.uber.org/goleak"
)

// A run starts no goroutine that outlives its calls.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
