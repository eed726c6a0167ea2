package overhead_test

import (
	"encoding/json"
	"net/http"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func connectECS(c clouds.Cloud, rt http.RoundTripper) (sdk, error) {
	client, err := ecs.NewClientWithAccessKey(c.Spec.Region, cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		return sdk{}, err
	}
	client.GetConfig().WithScheme("HTTPS")
	client.SetTransport(rt)
	client.Domain = "ecs-" + c.Spec.Region + ".aliyuncs.com"
	return sdk{
		create: func(spec provider.RunInstancesSpec) error {
			req := ecs.CreateRunInstancesRequest()
			req.ImageId, req.InstanceType, req.InstanceName = spec.ImageID, spec.InstanceType, spec.Name
			req.Amount = requests.NewInteger(spec.Count)
			req.VSwitchId, req.SecurityGroupIds = spec.Network.SubnetID, &spec.Network.SecurityGroupIDs
			req.Password, req.ClientToken = spec.Login.Password.Reveal(), clientToken
			_, err := client.RunInstances(req)
			return err
		},
		describe: func(ids []string) (int, error) {
			list, err := json.Marshal(ids)
			if err != nil {
				return 0, err
			}
			req := ecs.CreateDescribeInstancesRequest()
			req.InstanceIds, req.PageSize = string(list), requests.NewInteger(hundred)
			resp, err := client.DescribeInstances(req)
			if err != nil {
				return 0, err
			}
			return len(resp.Instances.Instance), nil
		},
	}, nil
}

func connectENS(c clouds.Cloud, rt http.RoundTripper) (sdk, error) {
	client, err := ens.NewClientWithAccessKey("cn-hangzhou", cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		return sdk{}, err
	}
	client.GetConfig().WithScheme("HTTPS")
	client.SetTransport(rt)
	client.Domain = "ens.aliyuncs.com"
	return sdk{
		create: func(spec provider.RunInstancesSpec) error {
			req := ens.CreateRunInstancesRequest()
			req.EnsRegionId, req.ImageId, req.InstanceType, req.InstanceName = spec.Region, spec.ImageID, spec.InstanceType, spec.Name
			req.Amount = requests.NewInteger(spec.Count)
			req.InternetMaxBandwidthOut = requests.NewInteger(spec.Network.PublicIP.BandwidthMbps)
			req.InternetChargeType, req.PublicIpIdentification = "95BandwidthByMonth", requests.NewBoolean(true)
			req.InstanceChargeType, req.ScheduleAreaLevel = "PostPaid", "Region"
			req.SystemDisk.Size, req.Password = "40", spec.Login.Password.Reveal()
			_, err := client.RunInstances(req)
			return err
		},
		describe: func(ids []string) (int, error) {
			list, err := json.Marshal(ids)
			if err != nil {
				return 0, err
			}
			req := ens.CreateDescribeInstancesRequest()
			req.EnsRegionId, req.InstanceIds, req.PageSize = c.Spec.Region, string(list), "100"
			resp, err := client.DescribeInstances(req)
			if err != nil {
				return 0, err
			}
			return len(resp.Instances.Instance), nil
		},
	}, nil
}
