package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// The program imports a driver, such as github.com/jackc/pgx/v5/stdlib, and opens the database.
func ExampleOpen() {
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	operations, err := sqlstore.Open(ctx, db, sqlstore.PostgreSQL, &sqlstore.Options{Schema: "infra"})
	if err != nil {
		log.Fatal(err)
	}
	var client *provider.Client        // of package aliyun, for example
	var spec provider.RunInstancesSpec // what to create
	op, err := client.Run(ctx, "job-4711", &spec, operations, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = op.Close() }()
}

// One of several workers takes the operation that has waited longest. None of them waits for
// another.
func ExampleStore_Take() {
	var ctx context.Context
	var operations *sqlstore.Store // from Open
	c, err := store.Take(ctx, operations, store.Query{Cloud: "aliyun"}, "worker-1", time.Minute)
	if err != nil {
		log.Fatal(err) // store.ErrNotFound when there is no work
	}
	log.Print("continuing operation ", c.Entry.ID)
}

// Where the user of the program may not make tables, somebody who may runs these statements once.
func ExampleMigrations() {
	statements, err := sqlstore.Migrations(sqlstore.SQLite, &sqlstore.Options{Prefix: "infra_"})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range statements {
		if name, ok := strings.CutPrefix(s, "CREATE TABLE IF NOT EXISTS "); ok {
			fmt.Println(strings.Fields(name)[0])
		}
	}
	// Output:
	// infra_meta
	// infra_operations
	// infra_records
}
