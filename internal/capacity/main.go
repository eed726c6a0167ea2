// Command capacity computes what an account of each cloud lets through, from the limits that its
// driver respects and from calls counted by the benchmarks. It writes the tables of the chapter
// "How far it goes" of DESIGN.md; a test keeps them fresh.
//
//	go run ./internal/capacity
package main

import (
	"fmt"
	"os"
)

func main() {
	clients, err := clients()
	if err == nil {
		_, err = fmt.Print(accounts(clients), "\n", million(clients))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "capacity:", err)
		os.Exit(1)
	}
}
