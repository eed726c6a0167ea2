package provider_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// One client serves all regions of an account. A program that needs several clients for one account,
// here one that may only read, gives them one Poller and one Budget: their waits then share describe
// calls, and together they stay below the account's rates.
func ExampleOptions_shared() {
	var poller provider.Poller
	var budget provider.Budget
	cloud := newFake()
	cloud.boot = 0
	writer := provider.NewClient(cloud, &provider.Options{Poller: &poller, Budget: &budget})
	reader := provider.NewClient(cloud, &provider.Options{Poller: &poller, Budget: &budget, ReadOnly: true})
	ctx := context.Background()

	var ops []*provider.Operation
	for _, region := range []string{"region-1", "region-2"} {
		op, err := writer.RunInstances(ctx, provider.RunInstancesSpec{
			Region: region, Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small",
		}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		ops = append(ops, op)
	}
	if _, err := provider.WaitAll(ctx, ops, nil); err != nil {
		fmt.Println(err)
	}
	running, err := reader.WaitInstances(ctx, "region-1", ops[0].InstanceIDs(), provider.StateRunning, nil)
	fmt.Println(len(running), err)
	err = reader.StopInstances(ctx, "region-1", ops[0].InstanceIDs(), nil)
	fmt.Println(errors.Is(err, provider.ErrPermission))
	// Output:
	// 2 <nil>
	// true
}

// sqlJournal returns a journal that keeps the token of one job in a row. The placeholders are those
// of SQLite and MySQL; the table is
//
//	CREATE TABLE operations (job VARCHAR(64) PRIMARY KEY, token TEXT NOT NULL)
func sqlJournal(db *sql.DB, job string) provider.Journal {
	return provider.JournalFunc(func(ctx context.Context, token []byte) error {
		_, err := db.ExecContext(ctx, `REPLACE INTO operations (job, token) VALUES (?, ?)`, job, string(token))
		return err // nil only once the row is committed: the create goes out afterwards
	})
}

// A journal in a database is one statement. After a crash the token of the row is what Resume takes.
func ExampleJournalFunc_sql() {
	var (
		client *provider.Client // of an adapter
		db     *sql.DB          // of the program, with the driver that it uses
		spec   provider.RunInstancesSpec
	)
	ctx := context.Background()
	options := &provider.RunOptions{Journal: sqlJournal(db, "job-4711"), Owner: "platform-7"}

	var token string
	err := db.QueryRowContext(ctx, `SELECT token FROM operations WHERE job = ?`, "job-4711").Scan(&token)
	var op *provider.Operation
	if errors.Is(err, sql.ErrNoRows) {
		op, err = client.RunInstances(ctx, spec, options)
	} else if err == nil {
		op, err = client.Resume(ctx, []byte(token), &provider.ResumeOptions{Spec: &spec, Run: options})
	}
	if op != nil {
		fmt.Println(op.InstanceIDs(), err)
	}
}
