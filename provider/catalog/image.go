package catalog

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ImageOwner is who offers an image.
type ImageOwner string

// Owners. The zero value of a query selects all of them.
const (
	PublicImage ImageOwner = "public" // offered by the cloud to everyone
	OwnImage    ImageOwner = "own"    // made by the account
	SharedImage ImageOwner = "shared" // made by another account, for this one
	MarketImage ImageOwner = "market" // from the cloud's market; it may cost extra
)

// OS is the kind of operating system of an image.
type OS string

// Kinds of operating systems. The zero value means that the cloud does not say.
const (
	Linux   OS = "linux"
	Windows OS = "windows"
)

// Image is an image that instances start from.
type Image struct {
	ID, Name  string
	Family    string // "" where the cloud has none
	Owner     ImageOwner
	Arch      Arch // "" where the cloud does not say
	OS        OS   // "" where the cloud does not say
	OSName    string
	SizeGiB   int // the least size of the system disk; 0 where the cloud does not say
	RawState  string
	CreatedAt time.Time // zero where the cloud does not say
	Tags      map[string]string

	// Usable reports that instances can be created from it now.
	Usable bool

	// Deprecated reports that the cloud advises against it.
	Deprecated bool
}

// ImageQuery selects images. The zero value selects all usable ones of the client's region.
type ImageQuery struct {
	Region string
	IDs    []string

	// Name is the whole name, in which each "*" stands for any text: "ubuntu_22_04*".
	Name   string
	Family string // the exact family; images without one do not match
	Owner  ImageOwner
	Arch   Arch // images of an unknown architecture do not match
	OS     OS   // images of an unknown system do not match

	// InstanceType selects the images that the type can start, where the cloud knows (ECS,
	// CVM). Elsewhere it is an error.
	InstanceType string

	MaxSizeGiB int  // 0 is no bound
	Unusable   bool // also images that cannot be used now, and deprecated ones
}

// Matches reports whether an image fits the query. InstanceType is left to the cloud.
func (q *ImageQuery) Matches(i *Image) bool {
	sound := i.Usable && !i.Deprecated
	usable := q.Unusable || sound
	named := fits(q.Family, i.Family) && globs(q.Name, i.Name)
	id := len(q.IDs) == 0 || slices.Contains(q.IDs, i.ID)
	kind := fits(string(q.Owner), string(i.Owner)) && fits(string(q.Arch), string(i.Arch)) && fits(string(q.OS), string(i.OS))
	small := q.MaxSizeGiB == 0 || i.SizeGiB <= q.MaxSizeGiB
	return usable && named && id && kind && small
}

// Fixed returns the longest text without "*" in Name. It is for clouds that search for a part of
// a name.
func (q *ImageQuery) Fixed() string {
	return slices.MaxFunc(strings.Split(q.Name, "*"), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
}

// globs reports whether a name fits a pattern, in which "*" stands for any text. The pattern ""
// fits every name.
func globs(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return fits(pattern, name)
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, last)
}

// Images lists the images that a query selects, in the order of the cloud.
func (k *Catalog) Images(ctx context.Context, q ImageQuery) iter.Seq2[Image, error] {
	q.Region = k.region(q.Region)
	d, err := asking[ImageLister](k, "images", q.Region)
	if err != nil {
		return failed[Image](err)
	}
	if err := q.check(); err != nil {
		return failed[Image](err)
	}
	return read(ctx, k, apiImages, q.Region, func(i *Image) string { return i.ID }, q.Matches,
		func(ctx context.Context, token string) (*provider.Page[Image], error) {
			return d.DescribeImages(ctx, &q, token)
		})
}

// Image returns the newest image that a query selects. It reads the whole list, because no cloud
// sorts images by time. Of two images of the same time it returns the one with the greater ID,
// so that the answer is the same each time. No image at all is an error that matches
// [provider.ErrNotFound].
func (k *Catalog) Image(ctx context.Context, q ImageQuery) (Image, error) {
	var newest Image
	for i, err := range k.Images(ctx, q) {
		if err != nil {
			return Image{}, err
		}
		newer := cmp.Or(i.CreatedAt.Compare(newest.CreatedAt), cmp.Compare(i.ID, newest.ID)) > 0
		if newest.ID == "" || newer {
			newest = i
		}
	}
	if newest.ID == "" {
		return Image{}, fmt.Errorf("%s: no image fits %s in %s: %w",
			k.c.Name(), q.words(), k.region(q.Region), provider.ErrNotFound)
	}
	return newest, nil
}

// words returns the query as people read it.
func (q *ImageQuery) words() string {
	var b []string
	add := func(what, value string) {
		if value != "" {
			b = append(b, fmt.Sprintf("%s %q", what, value))
		}
	}
	add("name", q.Name)
	add("family", q.Family)
	add("owner", string(q.Owner))
	add("architecture", string(q.Arch))
	add("system", string(q.OS))
	add("instance type", q.InstanceType)
	if len(q.IDs) > 0 {
		add("IDs", strings.Join(q.IDs, ", "))
	}
	if q.MaxSizeGiB > 0 {
		add("at most GiB", fmt.Sprint(q.MaxSizeGiB))
	}
	if len(b) == 0 {
		return "the query"
	}
	return strings.Join(b, ", ")
}

func (q *ImageQuery) check() error {
	var k provider.Checker
	k.NoneEmpty("ImageQuery.IDs", q.IDs)
	k.OneOf("ImageQuery.Owner", string(q.Owner),
		string(PublicImage), string(OwnImage), string(SharedImage), string(MarketImage))
	k.OneOf("ImageQuery.OS", string(q.OS), string(Linux), string(Windows))
	k.NotNegative("ImageQuery.MaxSizeGiB", q.MaxSizeGiB)
	return k.Err()
}
