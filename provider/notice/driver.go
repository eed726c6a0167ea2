package notice

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Question is one question about the instances of a region.
type Question struct {
	Name  string // such as "reclaims"; for records, errors and the driver
	Call  string // the vendor's call behind it
	Kinds []Kind // what its answers may tell

	// Every is how often it is asked at least, where nothing else is wanted.
	Every time.Duration
}

// Driver is implemented by drivers of clouds with such questions. Its calls follow the rules of
// [provider.Driver].
type Driver interface {
	// Questions returns what can be asked.
	Questions() []Question

	// DescribeNotices reads one page of the answer to one question: everything in trouble now.
	DescribeNotices(ctx context.Context, region, question, pageToken string) (*provider.Page[Notice], error)
}

// The call, by the name of its method.
const (
	apiNotices provider.API = "DescribeNotices"
)
