package overhead_test

import (
	"net/http"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func connectCVM(c clouds.Cloud, rt http.RoundTripper) (sdk, error) {
	keys := common.NewCredential(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	client, err := cvm.NewClient(keys, c.Spec.Region, profile.NewClientProfile())
	if err != nil {
		return sdk{}, err
	}
	client.WithHttpTransport(rt)
	return sdk{
		create: func(spec provider.RunInstancesSpec) error {
			req := cvm.NewRunInstancesRequest()
			req.Placement = &cvm.Placement{Zone: &spec.Zone}
			req.ImageId, req.InstanceType, req.InstanceName = &spec.ImageID, &spec.InstanceType, &spec.Name
			req.InstanceCount = common.Int64Ptr(int64(spec.Count))
			req.VirtualPrivateCloud = &cvm.VirtualPrivateCloud{VpcId: &spec.Network.VPCID, SubnetId: &spec.Network.SubnetID}
			req.SecurityGroupIds = common.StringPtrs(spec.Network.SecurityGroupIDs)
			req.LoginSettings = &cvm.LoginSettings{Password: common.StringPtr(spec.Login.Password.Reveal())}
			req.ClientToken = common.StringPtr(clientToken)
			_, err := client.RunInstances(req)
			return err
		},
		describe: func(ids []string) (int, error) {
			req := cvm.NewDescribeInstancesRequest()
			req.InstanceIds, req.Limit = common.StringPtrs(ids), common.Int64Ptr(hundred)
			resp, err := client.DescribeInstances(req)
			if err != nil {
				return 0, err
			}
			return len(resp.Response.InstanceSet), nil
		},
	}, nil
}
