package seeds_test

type templateOptions struct {
	NetworkType, ResourceGroupID string
	Params                       map[string]string
}

func (templateOptions) VendorName() string { return "aliyun" }

type placementOptions struct {
	OnUnableToRedeployFailedInstance string
	Params                           map[string]string
}

func (placementOptions) VendorName() string { return "aliyun" }
