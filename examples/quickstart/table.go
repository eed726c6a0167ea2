package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Columns of the table, and the order in which they are left out of a narrow one.
var (
	tableHead = []string{"CLOUD", "ID", "TYPE", "IP", "SECONDS TO RUNNING"}
	tableDrop = []int{2, 4, 3}
)

// table shows the instances that run. It fits a terminal of this width and height; height 0 is any.
func table(width, height int, runs []*cloudRun) string {
	cells := [][]string{tableHead}
	total := 0
	for _, r := range runs {
		total += len(r.running)
	}
	if total == 0 {
		return ""
	}
	each := total
	if height > 0 {
		each = max(1, (height-tableAround)/max(len(runs), 1))
	}
	var more []string
	for _, r := range runs {
		for _, i := range r.running[:min(each, len(r.running))] {
			cells = append(cells, r.cells(i))
		}
		if n := len(r.running) - each; n > 0 {
			more = append(more, fmt.Sprintf("%d more on %s", n, r.cloud.name))
		}
	}
	lines := alignedTo(width, cells)
	if len(more) > 0 {
		lines = append(lines, "and "+strings.Join(more, ", "))
	}
	text := strings.Join(lines, "\n") + "\n\n"
	if height == 0 {
		return "\n" + text // the lines of the progress stay above it
	}
	return text
}

// tableAround is how many lines of the terminal the table leaves to the frame and to itself.
const tableAround = 10

func (r *cloudRun) cells(i readyInstance) []string {
	kind := i.InstanceType
	if kind == "" {
		kind = r.spec.InstanceType
	}
	return []string{r.cloud.name, i.ID, kind, address(i.Instance), fmt.Sprintf("%.1f", i.took.Seconds())}
}

// alignedTo returns cells in columns. It leaves columns out until the lines fit.
func alignedTo(width int, cells [][]string) []string {
	for n := range len(tableDrop) + 1 {
		lines := aligned(cells, 2, tableDrop[:n])
		if n == len(tableDrop) || widest(lines) <= width {
			return lines
		}
	}
	return nil
}

// aligned returns cells in columns with a gap between them, and leaves some columns out.
func aligned(cells [][]string, gap int, without []int) []string {
	lines := make([]string, len(cells))
	for column := range cells[0] {
		if slices.Contains(without, column) {
			continue
		}
		for i := range lines {
			lines[i] += cells[i][column]
		}
		edge := widest(lines) + gap
		for i := range lines {
			lines[i] = padded(lines[i], edge)
		}
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

func widest(lines []string) int {
	n := 0
	for _, l := range lines {
		n = max(n, columns(l))
	}
	return n
}

// address returns the public address, or else the private one.
func address(i provider.Instance) string {
	for _, ips := range [][]string{texts(i.PublicIPs), texts(i.PrivateIPs)} {
		if len(ips) > 0 {
			return ips[0]
		}
	}
	return ""
}

func texts[T fmt.Stringer](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.String())
	}
	return out
}
