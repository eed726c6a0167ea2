package notice_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// fake answers two questions: spot reclaims every 30 s, and events every 5 minutes.
type fake struct {
	*fakedriver.Cloud
	began  time.Time
	answer func(question string, at time.Duration) ([]notice.Notice, error)
	asked  []string
}

func newFake(answer func(question string, at time.Duration) ([]notice.Notice, error)) *fake {
	return &fake{Cloud: fakedriver.New(), began: time.Now(), answer: answer}
}

func (f *fake) Questions() []notice.Question {
	return []notice.Question{
		{Name: "reclaims", Kinds: []notice.Kind{notice.Reclaim}, Every: 30 * time.Second},
		{Name: "events", Kinds: []notice.Kind{notice.Maintenance, notice.Failure}, Every: 5 * time.Minute},
	}
}

func (f *fake) DescribeNotices(
	_ context.Context, _, question, _ string,
) (*provider.Page[notice.Notice], error) {
	f.asked = append(f.asked, question)
	list, err := f.answer(question, time.Since(f.began))
	if err != nil {
		return nil, err
	}
	return &provider.Page[notice.Notice]{Items: list}, nil
}

// watch collects what a watch of some minutes yields.
func watch(t *testing.T, f *fake, o *notice.Options, most time.Duration) (got []string, last error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	client := provider.NewClient(f, &provider.Options{Region: "here", RetryFor: -1})
	for n, err := range notice.Watch(ctx, client, o) {
		if err != nil {
			last = err
			continue
		}
		got = append(got, fmt.Sprint(n.InstanceID, " ", n.Kind, " ", n.Stage, " ", n.Over))
	}
	return got, last
}

func TestEachNoticeIsToldOnceAndAgainWhenItChangesOrIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(func(question string, at time.Duration) ([]notice.Notice, error) {
			if question == "reclaims" {
				if at > time.Minute && at < 3*time.Minute {
					return []notice.Notice{{Kind: notice.Reclaim, InstanceID: "spot"}}, nil
				}
				return nil, nil
			}
			n := notice.Notice{Kind: notice.Maintenance, InstanceID: "web", EventID: "e1", Stage: notice.Scheduled}
			if at > 4*time.Minute {
				n.Stage = notice.Running
			}
			return []notice.Notice{n}, nil
		})
		got, err := watch(t, f, nil, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"web maintenance scheduled false", "spot reclaim  false", "spot reclaim  true", "web maintenance running false",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
	})
}

func TestANoticeThatPagesHaveTwiceIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(func(question string, _ time.Duration) ([]notice.Notice, error) {
			n := notice.Notice{Kind: notice.Failure, InstanceID: "web", EventID: "e1", Stage: notice.Done}
			return []notice.Notice{n, n}, nil
		})
		got, err := watch(t, f, &notice.Options{Kinds: []notice.Kind{notice.Failure}}, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"web failure done false"}; !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
	})
}

func TestAFailedQuestionIsNeverAnEndOfTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(func(question string, at time.Duration) ([]notice.Notice, error) {
			if at > time.Minute && at < 5*time.Minute {
				return nil, &provider.APIError{Driver: "fake", Kind: provider.ErrUnavailable}
			}
			return []notice.Notice{{Kind: notice.Reclaim, InstanceID: "spot"}}, nil
		})
		got, err := watch(t, f, &notice.Options{Kinds: []notice.Kind{notice.Reclaim}}, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"spot reclaim  false"}; !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q: an outage ends nothing", got, want)
		}
	})
}

func TestARefusedQuestionEndsTheWatchUnlessItIsLenient(t *testing.T) {
	refuse := func(question string, _ time.Duration) ([]notice.Notice, error) {
		if question == "events" {
			return nil, &provider.APIError{Driver: "fake", Kind: provider.ErrPermission, Outcome: provider.OutcomeRejected}
		}
		return nil, nil
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFake(refuse)
		if _, err := watch(t, f, nil, time.Hour); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("the watch ended with %v, want an error that matches ErrPermission", err)
		}
		if len(f.asked) != 2 {
			t.Errorf("%d questions were asked, want 2", len(f.asked))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFake(refuse)
		if _, err := watch(t, f, &notice.Options{Lenient: true}, 10*time.Minute); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("the watch yielded %v, want the refusal", err)
		}
		if len(f.asked) < 20 {
			t.Errorf("%d questions were asked in ten minutes, want at least 20", len(f.asked))
		}
	})
}

func TestOnceAsksEachQuestionOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(func(string, time.Duration) ([]notice.Notice, error) { return nil, nil })
		if _, err := watch(t, f, &notice.Options{Once: true}, time.Hour); err != nil {
			t.Fatal(err)
		}
		if want := []string{"reclaims", "events"}; !slices.Equal(f.asked, want) {
			t.Errorf("%q were asked, want %q", f.asked, want)
		}
	})
}

func TestACloudWithoutQuestionsSaysSo(t *testing.T) {
	client := provider.NewClient(fakedriver.New(), &provider.Options{Region: "here"})
	for _, err := range notice.Watch(t.Context(), client, nil) {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("the error is %v, want one that matches ErrUnsupported", err)
		}
	}
	f := newFake(nil)
	client = provider.NewClient(f, &provider.Options{Region: "here"})
	for _, err := range notice.Watch(t.Context(), client, &notice.Options{Kinds: []notice.Kind{notice.Overdue}}) {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("the error is %v, want one that matches ErrUnsupported", err)
		}
	}
}
