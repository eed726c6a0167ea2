package alikeys

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const (
	metadataURL = "http://100.100.100.200/latest/"
	rolePath    = "meta-data/ram/security-credentials/"

	// metadataTimeout is short because the service is one hop away, and because
	// off-cloud nothing answers at all. The SDK waits as long.
	metadataTimeout = 2 * time.Second

	metadataPlace = "the role of the instance (metadata service)"
)

// instance asks the metadata service for the keys of the role that is bound to this instance. No
// proxy sees the question, and no redirect is followed: the answer is a key.
type instance struct {
	direct    http.RoundTripper
	name      string // "" asks for it
	needToken bool   // do not ask without one
}

// InstanceRole returns the temporary keys of the role of this instance. What the options leave open is
// taken from the environment. It is absent if the environment disables it, and if nothing says that
// there is a role and the service cannot be reached or knows of none.
func InstanceRole(o InstanceRoleOptions) provider.CredentialsSource {
	return keysource.Later(func() (provider.CredentialsSource, error) {
		name, _ := keysource.Env(envInstanceRole...)
		name = cmp.Or(o.RoleName, name)
		if o.RoleName == "" && keysource.IsTrue(envNoMetadata) {
			return nil, credential.Absent(metadataPlace + ", disabled by " + envNoMetadata)
		}
		if strings.Trim(name, roleLetters) != "" {
			return nil, errors.New("the role of the instance: its name must be letters, digits, ., - and _")
		}
		i := &instance{
			direct: oncehttp.Direct(o.Transport), name: name,
			needToken: o.RequireToken || keysource.IsTrue(envNoIMDSv1),
		}
		return credential.Renewed(i.fetch), nil
	})
}

// errUnreachable says that nothing answers as a metadata service.
var errUnreachable = errors.New("the metadata service cannot be reached")

func (i *instance) fetch(ctx context.Context) (provider.Credentials, time.Time, error) {
	keys, expires, err := i.ask(ctx)
	switch {
	case err == nil:
		return keys, expires, nil
	case ctx.Err() != nil:
		return keys, expires, ctx.Err()
	case errors.Is(err, credential.ErrAbsent) && i.name != "":
		return keys, expires, fmt.Errorf("the role %s of the instance: %s", i.name, absentText(err))
	case errors.Is(err, credential.ErrAbsent):
		return keys, expires, err
	}
	return keys, expires, fmt.Errorf("the role of the instance: %w", err)
}

// absentText says why the service has no role, for a role that was asked for by name.
func absentText(err error) string {
	var absent *credential.AbsentError
	if errors.As(err, &absent) && absent.Next != "" {
		return absent.Next
	}
	return err.Error()
}

// absent is the error of an instance without a role.
func absent(why string) error {
	return &credential.AbsentError{Places: []string{metadataPlace + ": " + why}, Next: ""}
}

func (i *instance) ask(ctx context.Context) (keys provider.Credentials, expires time.Time, err error) {
	token, there, err := i.token(ctx)
	if err != nil {
		return keys, expires, err
	}
	name := i.name
	if name == "" {
		name, err = i.roleName(ctx, token)
		if gone := errors.Is(err, errUnreachable); gone && !there {
			err = absent("it cannot be reached")
		}
		if err != nil {
			return keys, expires, err
		}
	}
	answer, err := i.get(ctx, rolePath+name, token)
	switch {
	case err != nil:
		return keys, expires, err
	case answer.Status == http.StatusNotFound:
		return keys, expires, fmt.Errorf("the metadata service knows no role %s: is it bound to this instance?", name)
	case answer.Status != http.StatusOK:
		return keys, expires, fmt.Errorf("the metadata service answered HTTP status %d for its keys", answer.Status)
	}
	return readAnswer("the answer of the metadata service", answer.Body)
}

// roleName asks which role is bound to the instance.
func (i *instance) roleName(ctx context.Context, token string) (string, error) {
	answer, err := i.get(ctx, rolePath, token)
	switch {
	case err != nil:
		return "", err
	case answer.Status == http.StatusNotFound:
		return "", absent("no role is bound to this instance")
	case answer.Status != http.StatusOK:
		return "", fmt.Errorf("the metadata service answered HTTP status %d for the name of the role", answer.Status)
	}
	name := strings.TrimSpace(string(answer.Body))
	if name == "" || strings.Trim(name, roleLetters) != "" {
		return "", errors.New("the metadata service answered no name of a role")
	}
	return name, nil
}

// roleLetters are those of the names of roles. The name becomes part of a URL.
const roleLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

// token asks for a token of the service's second version. Without one the first version is asked, if
// that is allowed: also when nothing answers, because the answer with the token does not get through
// to a container that is more hops away than the instance allows. There reports whether the service
// has answered.
func (i *instance) token(ctx context.Context) (token string, there bool, err error) {
	answer, err := i.send(ctx, http.MethodPut, "api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", "21600")
	switch silent := errors.Is(err, errUnreachable); {
	case silent && i.needToken:
		return "", false, absent("it cannot be reached")
	case silent:
		return "", false, nil
	case err != nil:
		return "", false, err
	case answer.Status == http.StatusOK:
		return strings.TrimSpace(string(answer.Body)), true, nil
	case i.needToken:
		return "", true, fmt.Errorf(
			"the metadata service gives no token (HTTP status %d), and asking without one is forbidden (%s)",
			answer.Status, envNoIMDSv1)
	}
	return "", true, nil
}

func (i *instance) get(ctx context.Context, path, token string) (keysource.Answer, error) {
	return i.send(ctx, http.MethodGet, path, "X-aliyun-ecs-metadata-token", token)
}

func (i *instance) send(ctx context.Context, method, path, header, value string) (keysource.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, metadataURL+path, http.NoBody)
	if err != nil {
		return keysource.Answer{}, errors.New("the name of the role cannot be part of a URL")
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	answer, err := keysource.Ask(ctx, i.direct, req, metadataTimeout, "the metadata service")
	if err != nil && ctx.Err() == nil {
		return answer, errUnreachable
	}
	return answer, err
}
