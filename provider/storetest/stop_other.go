//go:build !unix

package storetest

import "os"

const canStop = false

func stopSelf() {}

func wake(*os.Process) error { return nil }
