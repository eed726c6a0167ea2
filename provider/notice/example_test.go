package notice_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// What is announced now. A program that watches leaves out Once, and the loop ends with its ctx. The
// example uses a cloud in memory; a program gets its client from the New of an adapter.
func Example() {
	cloud := &fake{Cloud: fakedriver.New(), answer: func(question string, _ time.Duration) ([]notice.Notice, error) {
		if question == "reclaims" {
			return []notice.Notice{{
				Kind: notice.Reclaim, InstanceID: "i-spot", NotBefore: time.Date(2026, 5, 1, 8, 5, 0, 0, time.UTC),
			}}, nil
		}
		return []notice.Notice{{Kind: notice.Maintenance, Stage: notice.Scheduled, InstanceID: "i-web"}}, nil
	}}
	client := provider.NewClient(cloud, &provider.Options{Region: "here"})
	for n, err := range notice.Watch(context.Background(), client, &notice.Options{Once: true}) {
		if err != nil {
			log.Fatal(err)
		}
		switch n.Kind {
		case notice.Reclaim:
			fmt.Println("drain", n.InstanceID, "before", n.NotBefore.Format(time.TimeOnly))
		default:
			fmt.Println(n.InstanceID, n.Kind, n.Stage)
		}
	}
	// Output:
	// drain i-spot before 08:05:00
	// i-web maintenance scheduled
}
