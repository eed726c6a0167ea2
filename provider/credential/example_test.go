package credential_test

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// vault stands for a secret manager that hands out temporary keys.
type vault struct{}

func (vault) read(_ context.Context, path string) (id, secret, token string, life time.Duration, err error) {
	return "key-of-" + path, "secret", "token", time.Hour, nil
}

// A secret manager is one function. Its keys are renewed before they end, by one call for all
// waiters.
func ExampleRenewed() {
	manager := vault{}
	source := credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		id, secret, token, life, err := manager.read(ctx, "alicloud/creds/web")
		if err != nil {
			return provider.Credentials{}, time.Time{}, fmt.Errorf("read alicloud/creds/web: %w", err)
		}
		return provider.Credentials{
			AccessKeyID: id, AccessKeySecret: provider.Secret(secret), SecurityToken: provider.Secret(token),
		}, time.Now().Add(life), nil
	})
	keys, err := source.Credentials(context.Background())
	fmt.Println(keys.AccessKeyID, keys.AccessKeySecret, err)
	// Output: key-of-alicloud/creds/web [redacted] <nil>
}

// A chain goes on only past a source that is not configured.
func ExampleFirst() {
	mine := credential.Func(func(context.Context) (provider.Credentials, error) {
		return provider.Credentials{}, credential.Absent("the settings of this program")
	})
	source := credential.First(mine, provider.StaticCredentials("id", "secret", ""))
	keys, err := source.Credentials(context.Background())
	fmt.Println(keys.AccessKeyID, err)

	_, err = credential.First(mine).Credentials(context.Background())
	fmt.Println(err)
	// Output:
	// id <nil>
	// no credentials found; looked at: the settings of this program. Set one of them, or Config.Credentials
}
