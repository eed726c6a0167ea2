package ens

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// Inventory returns what the cloud offers when nothing else is given.
func Inventory() *core.Inventory {
	return &core.Inventory{Currency: "CNY"}
}
