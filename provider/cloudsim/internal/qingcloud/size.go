package qingcloud

import (
	"fmt"
	"strconv"
	"strings"
)

// instanceSize is the size of an instance.
type instanceSize struct {
	name      string
	cpus      int
	memoryMiB int
	guessed   bool // the type is unknown; the numbers are made up
}

// readSize reads instance_type, cpu and memory. The type or both numbers are required;
// numbers override the type. It is unverified that one number beside a type changes
// only that number.
func readSize(a *args) instanceSize {
	size := typeSize(a.id("instance_type"))
	cpus := a.integer("cpu", 0, 1)
	memory := a.integer("memory", 0, 1024)
	if memory%1024 != 0 {
		a.unknown("memory", "must be whole GiB, in MiB")
	}
	free := cpus != 0 && memory != 0
	if size.name == "" && !free {
		a.invalid("instance_type", "is missing, and so is cpu or memory")
	}
	if cpus != 0 {
		size.cpus, size.guessed = cpus, false
	}
	if memory != 0 {
		size.memoryMiB = memory
	}
	if cpus != 0 && memory != 0 {
		// The service's type name for a free size is unverified; its oldest types have
		// such names.
		size.name = fmt.Sprintf("c%dm%d", cpus, memory/1024)
	}
	return size
}

// typeSize guesses the size of a type from its name: c1m2 is 1 core and 2 GiB;
// e1.large.r2 is 4 cores and twice as many GiB. The meaning of the second form is
// unverified. Other names mean 2 cores and 4 GiB.
func typeSize(name string) instanceSize {
	size := instanceSize{name: name, cpus: 2, memoryMiB: 4096, guessed: true}
	if rest, ok := strings.CutPrefix(name, "c"); ok {
		c, m, _ := strings.Cut(rest, "m")
		cpus, err1 := strconv.Atoi(c)
		gib, err2 := strconv.Atoi(m)
		if err1 == nil && err2 == nil {
			size.cpus, size.memoryMiB, size.guessed = cpus, gib*1024, false
		}
	}
	if parts := strings.Split(name, "."); len(parts) == 3 {
		cpus := sizeWord(parts[1])
		ratio, err := strconv.Atoi(strings.TrimPrefix(parts[2], "r"))
		if cpus > 0 && err == nil {
			size.cpus, size.memoryMiB, size.guessed = cpus, cpus*ratio*1024, false
		}
	}
	return size
}

// sizeWord returns the number of cores for small, medium, large, xlarge,
// 2xlarge and so on, or 0.
func sizeWord(word string) int {
	switch word {
	case "small":
		return 1
	case "medium":
		return 2
	case "large":
		return 4
	case "xlarge":
		return 8
	}
	n, err := strconv.Atoi(strings.TrimSuffix(word, "xlarge"))
	if err != nil {
		return 0
	}
	return 8 * n
}

// checkHardware checks the other processor parameters. The documented lists of
// processor models and classes are incomplete.
func checkHardware(a *args, size instanceSize) {
	if a.oneOf("hypervisor", "kvm", "bm") == "bm" && a.text("instance_type") == "" {
		a.invalid("instance_type", "is missing, bare metal needs it")
	}
	a.id("cpu_model")
	a.integer("gpu", 0, 0)
	a.between("gpu_class", 0, 0, 1)
	a.flag("nic_mqueue")
	if t := a.text("cpu_topology"); t != "" {
		product := topology(t)
		if product < 0 {
			a.invalid("cpu_topology", "must be sockets, cores and threads")
		}
		if product != size.cpus && !size.guessed {
			a.unknown("cpu_topology", "must have the number of processors as its product")
		}
	}
}

// topology multiplies the three numbers of a topology, or returns -1. The separator is
// unverified, so any is accepted.
func topology(s string) int {
	numbers := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(numbers) != 3 {
		return -1
	}
	product := 1
	for _, n := range numbers {
		v, err := strconv.Atoi(n)
		if err != nil {
			return -1
		}
		product *= v
	}
	return product
}
