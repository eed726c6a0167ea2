// Fifthcloud creates instances on a simulated Fifth Cloud with a driver that stands outside
// Yunfan's repository, waits until they run, and releases them. README.md is a guide to writing
// such a driver.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"

	"example.com/fifthcloud/fake"
	"example.com/fifthcloud/fifth"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cloud := newCloud()
	server := httptest.NewServer(cloud)
	defer server.Close()
	if err := run(ctx, os.Stdout, cloud, fifth.Config{Endpoint: server.URL}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The one key pair that the simulated cloud accepts.
const keyID, keySecret = "key-1", "a secret of the fake"

func newCloud() *fake.Cloud {
	return fake.NewCloud(providertest.CloudOptions{AccessKeyID: keyID, AccessKeySecret: keySecret})
}

// run creates three instances, waits for them and releases them. Cfg says where the cloud is.
func run(ctx context.Context, out io.Writer, cloud *fake.Cloud, cfg fifth.Config) error {
	cfg.Region, cfg.Credentials = "north-1", provider.StaticCredentials(keyID, keySecret, "")
	client, err := fifth.New(cfg)
	if err != nil {
		return err
	}
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{
		Zone: "north-1a", ImageID: "debian-13", InstanceType: "f2.small", Count: 3, Name: "web",
		Network: provider.Network{SubnetID: "net-1"},
		Login:   provider.Login{KeyPairs: []string{"operators"}},
	}, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "created  %v\n", op.InstanceIDs())
	instances, waitErr := op.Wait(ctx, nil)
	for _, i := range instances {
		fmt.Fprintf(out, "%-8s %s %s %v\n", i.State, i.ID, i.Name, i.PrivateIPs)
	}
	released, err := op.Terminate(context.WithoutCancel(ctx), &provider.TerminateOptions{Wait: true})
	fmt.Fprintf(out, "released %d, %d left\n", len(released.Released), len(cloud.Instances()))
	if waitErr != nil {
		return waitErr
	}
	return err
}
