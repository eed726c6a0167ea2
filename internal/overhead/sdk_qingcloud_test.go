package overhead_test

import (
	"net/http"

	"github.com/yunify/qingcloud-sdk-go/config"
	"github.com/yunify/qingcloud-sdk-go/service"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func connectQingCloud(c clouds.Cloud, rt http.RoundTripper) (sdk, error) {
	cfg, err := config.New(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		return sdk{}, err
	}
	cfg.LogLevel, cfg.Connection = "fatal", &http.Client{Transport: rt}
	qc, err := service.Init(cfg)
	if err != nil {
		return sdk{}, err
	}
	client, err := qc.Instance(c.Spec.Region)
	if err != nil {
		return sdk{}, err
	}
	return sdk{
		create: func(spec provider.RunInstancesSpec) error {
			_, err := client.RunInstances(&service.RunInstancesInput{
				ImageID: &spec.ImageID, InstanceType: &spec.InstanceType, Count: &spec.Count, InstanceName: &spec.Name,
				VxNets:    service.StringSlice([]string{spec.Network.SubnetID}),
				LoginMode: new("passwd"), LoginPasswd: new(spec.Login.Password.Reveal()),
			})
			return err
		},
		describe: func(ids []string) (int, error) {
			resp, err := client.DescribeInstances(&service.DescribeInstancesInput{Instances: service.StringSlice(ids), Limit: new(hundred)})
			if err != nil {
				return 0, err
			}
			return len(resp.InstanceSet), nil
		},
	}, nil
}
