package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
)

const fieldsHead = `# Which cloud supports which field

Made by ` + "`go run ./internal/docgen`" + ` from the support tables of the adapters; do not edit.

A parameter in a cell is what the field becomes. A dash is a field that the cloud refuses: setting it is an error that
names the field, before anything is sent. The reasons stand below the table. A mapped field may still refuse single
values (a billing mode, a unit); those errors name the value too. ` + "`[]`" + ` stands for each element of a list; a list or a
pointer by itself is its presence.

`

// title is the name people know a cloud by.
func title(driver string) string {
	c, _ := clouds.Named(driver)
	return c.Title
}

// fields is FIELDS.md.
func fields(clients []*provider.Client) string {
	var b strings.Builder
	b.WriteString(fieldsHead)
	heads := []string{"Field"}
	for _, c := range clients {
		heads = append(heads, title(c.Name()))
	}
	b.WriteString(line(heads) + "|" + strings.Repeat("---|", len(heads)) + "\n")
	for _, path := range provider.Leaves() {
		cells := []string{code(path)}
		for _, c := range clients {
			cells = append(cells, cell(c.Support().Field(path)))
		}
		b.WriteString(line(cells))
	}
	for _, c := range clients {
		fmt.Fprintf(&b, "\n## Refused by %s\n\n", title(c.Name()))
		for _, path := range provider.Leaves() {
			if f := c.Support().Field(path); f.Param == "" {
				fmt.Fprintf(&b, "- %s: %s\n", code(path), f.Reason)
			}
		}
	}
	return b.String()
}

func cell(f provider.Field) string {
	if f.Param == "" {
		return "-"
	}
	return code(f.Param)
}

const errorsHead = `# Error codes

Made by ` + "`go run ./internal/docgen`" + ` from the error tables of the adapters; do not edit.

Decide with ` + "`errors.Is(err, provider.Err...)`" + `; the vendor's code stays in ` + "`*provider.APIError`" + `. ` + "`X.*`" + ` is every code that
begins so and is not listed by itself; ` + "`*.X`" + ` is every code that ends so and is not covered otherwise. *Outcome open*
means that a create answered with this code may have happened all the same; *of the type*, *zone*, *disk* or *subnet* is
what a code proves to be out of stock, where that is more than the exact combination. A create answered with a code that
no row covers may have happened too. Families beside the rows below: ` + "`Invalid...`, `MissingParameter...`, `Forbidden...` and" + `
` + "`NoPermission...`" + ` of Alibaba Cloud and the 1000s of QingCloud are checks before a create, and refuse it.

An answer without a code of the vendor is told by its HTTP status: 413, 414, 431 and 494 are ` + "`ErrInvalid`" + `, 429 is
` + "`ErrThrottled`" + `, everything else is ` + "`ErrUnavailable`" + `. That nothing was done is certain after these and
after 407, 421, 425, 426 and 511, which never let a request through, and after a connection that was never made.

| Sentinel | What the caller should do |
|---|---|
`

// advice is what each sentinel asks of the caller.
var advice = []struct {
	kind error
	name string
	do   string
}{
	{provider.ErrInvalid, "ErrInvalid", "fix the request; the same one fails again"},
	{provider.ErrNotFound, "ErrNotFound", "something the request names does not exist, or is not visible yet"},
	{provider.ErrExists, "ErrExists", "look the existing one up instead"},
	{provider.ErrState, "ErrState", "wait, or do something else first; with APIError.Temporary the same call may succeed soon"},
	{provider.ErrAuth, "ErrAuth", "replace the key, renew the token, or set the clock"},
	{provider.ErrPermission, "ErrPermission", "ask for the right"},
	{provider.ErrThrottled, "ErrThrottled", "slow down; nothing was done, and the client has already waited and repeated"},
	{provider.ErrQuota, "ErrQuota", "ask for a higher quota, or release something"},
	{provider.ErrNoStock, "ErrNoStock", "try another type, zone or billing mode, or later"},
	{provider.ErrBalance, "ErrBalance", "pay, or put the account in order: a debt, a payment method, its real name"},
	{provider.ErrTokenMismatch, "ErrTokenMismatch", "the client token was used with other parameters; find out why, do not draw a new one blindly"},
	{provider.ErrUnavailable, "ErrUnavailable", "try again later"},
	{provider.ErrOutcomeUnknown, "ErrOutcomeUnknown", "instances may exist: look, or resume the operation, before creating again. After a reboot: the instances may have rebooted"},
	{provider.ErrLaunchFailed, "ErrLaunchFailed", "an instance was accepted and died: read the reason, release it, create another"},
}

// errorsPage is ERRORS.md.
func errorsPage(clients []*provider.Client) (string, error) {
	documented, err := seeds.Codes()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(errorsHead)
	names := map[error]string{nil: "-"}
	for _, a := range advice {
		names[a.kind] = a.name
		b.WriteString(line([]string{code(a.name), a.do}))
	}
	for _, c := range clients {
		fmt.Fprintf(&b, "\n## %s\n\n| Code | Sentinel | Remarks |\n|---|---|---|\n", title(c.Name()))
		for _, e := range codesOf(c) {
			b.WriteString(line([]string{code(e.Code), code(names[e.Kind]), remarks(e)}))
		}
		membersOf(&b, c, documented)
	}
	return b.String(), nil
}

// codesOf returns the error table of a client's driver, as it is written.
func codesOf(c *provider.Client) []provider.ErrorCode {
	d, ok := c.Driver().(interface{ ErrorCodes() []provider.ErrorCode })
	if !ok {
		return nil
	}
	return d.ErrorCodes()
}

// membersOf writes the codes of a cloud's documents that its table has by a family
// or an ending only, so that each can be found by its name.
func membersOf(b *strings.Builder, c *provider.Client, documented []seeds.Code) {
	listed := map[string]bool{}
	for _, e := range codesOf(c) {
		listed[e.Code] = true
	}
	table := provider.NewErrorTable(codesOf(c))
	for _, d := range documented {
		if d.Driver != c.Name() || listed[d.Code] {
			continue
		}
		if len(listed) == len(codesOf(c)) {
			b.WriteString("\nOf its documents, by a row above:\n\n| Code | Sentinel | Remarks |\n|---|---|---|\n")
		}
		listed[d.Code] = true
		remark := ""
		if row, ok := table.Lookup(d.Code); ok {
			remark = strings.TrimPrefix(remarks(row)+", as "+code(row.Code), ", ")
		}
		b.WriteString(line([]string{code(strings.ReplaceAll(d.Code, "%s", "PARAMETER")), code(d.Sentinel), remark}))
	}
}

func remarks(e provider.ErrorCode) string {
	var r []string
	if e.Unknown {
		r = append(r, "outcome open")
	}
	if e.Temporary {
		r = append(r, "temporary")
	}
	if e.TokenDead {
		r = append(r, "the client token is used up: the create needs a new one")
	}
	if e.Lasting {
		r = append(r, "lasting: not repeated")
	}
	if e.Stock != "" {
		r = append(r, "of the "+string(e.Stock))
	}
	if e.Remark != "" {
		r = append(r, e.Remark)
	}
	return strings.Join(r, ", ")
}

func line(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func code(s string) string { return "`" + strings.ReplaceAll(s, "|", "\\|") + "`" }
