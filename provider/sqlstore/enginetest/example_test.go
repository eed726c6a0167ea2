//go:build unix

package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// A store in an SQLite file, with the driver modernc.org/sqlite.
func Example() {
	dir, err := os.MkdirTemp("", "yunfan")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := sql.Open("sqlite", filepath.Join(dir, "operations.db")+"?_pragma=journal_mode(WAL)")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := context.Background()
	operations, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		log.Fatal(err)
	}

	c, err := operations.Claim(ctx, store.Entry{ID: "web-7", Cloud: "aliyun"}, "host-1", time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	_, err = operations.Claim(ctx, store.Entry{ID: "web-7"}, "host-2", time.Minute)
	var held *store.HeldError
	if errors.As(err, &held) {
		fmt.Println("held by", held.Holder)
	}
	if err := operations.Release(ctx, c); err != nil {
		log.Fatal(err)
	}
	c, err = operations.Take(ctx, store.Query{}, "host-2", time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("host-2 has", c.Entry.ID, "with fence", c.Fence)
	// Output:
	// held by host-1
	// host-2 has web-7 with fence 2
}
