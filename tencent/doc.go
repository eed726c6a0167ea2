// Package tencent creates instances on Tencent Cloud CVM through the official Go
// SDK, behind the neutral API of package provider. [New] returns the client.
//
// # Credentials
//
// Config.Credentials, or else the profile that Config.Profile names and no other, or else the first of
// these places that has any. Each is exported as a source of its own.
//
//  1. The environment ([EnvironmentCredentials]): TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY,
//     with the token of temporary keys in TENCENTCLOUD_TOKEN, TENCENTCLOUD_SECURITY_TOKEN or
//     TENCENTCLOUD_SESSION_TOKEN.
//  2. Profile files ([ProfileCredentials]): the file of the SDKs, which TENCENTCLOUD_CREDENTIALS_FILE
//     names, or else ~/.tencentcloud/credentials, or else /etc/tencentcloud/credentials; its section
//     [default] has secret_id and secret_key, and may have token, role_arn and role_session_name. Or
//     else ~/.tccli/default.credential of tccli. TCCLI_PROFILE or TENCENTCLOUD_PROFILE selects another
//     profile of tccli, and then only that is looked for. TENCENTCLOUD_SHARED_CREDENTIALS_DIR stands
//     for ~/.tccli.
//  3. OIDC, such as the service account of a TKE pod ([OIDCCredentials]): TKE_REGION, TKE_PROVIDER_ID,
//     TKE_WEB_IDENTITY_TOKEN_FILE, TKE_ROLE_ARN.
//  4. The role of the instance ([InstanceRoleCredentials]), which TENCENTCLOUD_CAM_ROLE_NAME may name.
//
// TENCENTCLOUD_ASSUME_ROLE_ARN, with TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME,
// TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION (seconds) and TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID, as for
// the Terraform provider, or TENCENTCLOUD_ROLE_ARN with TENCENTCLOUD_ROLE_SESSION_NAME, as for tccli, is
// a role that is assumed with what was found, wherever that was. It replaces the role of a profile.
//
// A place that is configured and fails is the error: half a key pair, one that is set but empty, a file
// without [default], a Security Token Service that cannot be reached. Another identity is never tried.
// The place that answered first is kept for the life of the client. Without any, one error lists all
// places. An expired login says which command renews it; a refusal for the time of a request says how
// far the local clock is off.
//
// A profile of tccli has a key pair, a role to assume with it (role-arn, role-session-name), a login
// (tccli auth login, tccli sso login), or the role of the instance (use-cvm-role). Logins are used while
// they last; tccli renews them, and this package never writes the file. A name in Config.Profile is a
// section of the SDKs' file, or else a profile of tccli. Files are read by the first call and again
// every 30 s, so that a new login or a rotated key counts.
//
// The Security Token Service is sts.tencentcloudapi.com, or that of a tccli profile with a role. Calls
// go through Config.Transport, to HTTPS. The metadata service is never asked through a proxy. Temporary
// keys are renewed 5 minutes before their end, by one call for all waiters.
//
// Config.Region of "" is the region of the profile that Config.Profile names, or else of
// TENCENTCLOUD_REGION, or else of the selected profile (region in its section of the SDKs' file, or in
// ~/.tccli/<profile>.configure), or else of TKE_REGION. Beside Config.Credentials no profile is asked.
//
// # Endpoints
//
// The host is cvm.tencentcloudapi.com for every region, because the region is a
// header of the request. Only the regions of finance, whose names end in -fsi, have
// hosts of their own: cvm.ap-shanghai-fsi.tencentcloudapi.com. Config.Endpoint and
// Config.EndpointFor name others: cvm.intl.tencentcloudapi.com for accounts of the
// international site, cvm.internal.tencentcloudapi.com inside of the vendor's network,
// cvm.{region}.tencentcloudapi.com to reach each region at its own access point.
//
// A region with other characters, or with the number of a zone, is an error before the
// first call. A host that has no address, or refuses connections, and never answered
// ends a call within seconds; the error asks whether the region exists.
//
// # Idempotency
//
// RunInstances takes a ClientToken: the same token and parameters give the same
// instances. How long a token is kept, and what another set of parameters gives,
// is not documented; there is no error code for either. Requests are built so
// that the same spec is the same request. The SDK's own retries are off, and no
// create is sent twice by this package, by the SDK or by net/http.
//
// A create is refused for certain by a code of the error table, and by what never let
// the request through: no connection, or HTTP 413, 414, 421, 425, 426, 429, 431 and the
// like. Any other answer leaves the outcome open. IDs are kept from every answer, also
// from one that ends early.
//
// # Waiting
//
// RunInstances only accepts the request. Instances are PENDING, then RUNNING, or
// LAUNCH_FAILED with the reason in LatestOperationErrorMsg, which becomes
// Instance.Reason. Polling uses DescribeInstances, not DescribeInstancesStatus:
// one call has state, reason and addresses, at the same documented rate. An
// instance that was terminated is absent from the answer, and so is one that was
// just created: for how long is not documented. Tags are attached a little after
// the create, so a search by tag may miss a fresh instance.
//
// Answers are read field by field. A member of another kind than documented is read if
// it means the same (50.0, "50"), and is left out otherwise; the client logs its name
// once. It hides no other member, no other row, and no ID of a create.
//
// Instance.Lock is read from RestrictState and IsolatedSource: EXPIRED, ARREAR, EXPIRE,
// MANMADE, PROTECTIVELY_ISOLATED; Instance.Reason has these words. A stopped instance
// with a lock is [provider.StateSuspended], and so is one in the recycle bin that the
// cloud has put there. A spot instance that is taken back shows no sign in the API: it
// disappears. An instance that is stopped because a start failed has the reason of
// LatestOperation.
//
// [provider.Instance].Sys returns a *cvm.Instance of the SDK. It has what Instance has
// no field for: bandwidth, CPU topology, the HPC cluster. Market options, timers and
// secondary interfaces are not in the answer. A GPU of which an instance has a slice
// counts as one. RUNNING is running, with or without addresses.
//
// Rescue mode counts as not running (the instance's own system is off), a live
// migration as running.
//
// # Power
//
// A stop or reboot asks the operating system (StopType SOFT) and with Force cuts
// the power (HARD); SOFT_FIRST, which is both in turn, is never sent.
// StopCharging is StoppedMode STOP_CHARGING, which CVM documents for some
// on-demand instances only. The answer has no result for each instance: one whose
// state forbids the change makes an error of the whole call, which is
// [provider.ErrState], and the client then asks in smaller batches. Temporary is
// set when the instance is on its way to another state, but not when that is the
// recycle bin or the end.
//
// # Quotas and paging
//
// One create makes up to 100 instances here. The parameter allows 500, but every
// other call about them takes 100 IDs. Documented rates are 10 a second for each
// call, 20 for versions of templates, and 40 for DescribeInstances; they count by
// account and access point. Where no rate is known, 10 a second is kept too. Pages
// hold 100 rows, the documented maximum, and a page token is the offset of the next
// row.
//
// # Release
//
// TerminateInstances takes instances of one billing mode only. Prepaid instances go
// to the recycle bin first (SHUTDOWN, which is [provider.StateRecycled]) and for
// good by a second call. By default it releases the instances, their system disks, the
// data disks that are paid for by the hour and end with the instance, the ordinary
// public addresses (WanIP), and the interfaces that the create made (see Interfaces of
// [RunOptions]). Prepaid data disks and elastic addresses stay.
//
// A release of what was ordered (TerminateRequest.Ordered) also sends ReleaseAddress
// and ReleasePrepaidDataDisks. CVM then releases the first elastic address of the
// primary interface, if it is of the kind HighQualityEIP, AntiDDoSEIP, EIPv6 or
// HighQualityEIPv6, and the prepaid data disks that are attached: also those that the
// create did not order. Data disks with DeleteWithInstance false stay in any case.
// CVM releases a running instance as it is: Force changes nothing.
//
// The answer has no result for each instance: one that cannot be terminated makes an
// error of the whole call. If it failed to launch or is being terminated
// already, a call about it alone succeeds, because the cloud removes it by
// itself; in a batch it is [provider.ErrState].
//
// # Vendor options
//
// [RunOptions] has what only CVM has: every documented parameter of RunInstances has a
// field there or in the spec, also NetworkInterfaces, which the SDK version in use does
// not know. Raw parameters are for what is newer. A
// raw value that is JSON is sent as JSON, and any other as a string: 100 is a
// number, "100" in quotes a string, TRUE a string, true a boolean. They go out with
// every create of an operation: lists with an entry for each instance, such as fixed
// addresses, are refused when there may be several.
//
// Name, without UniqueSuffix, is numbered by CVM itself when a create makes
// several instances: web1, web2. With UniqueSuffix, "{R:1,F:3}" is appended to Name
// and HostName, CVM's own pattern: web001, web002, in each create call anew.
// Patterns may also be written into Name and HostName directly.
//
// A spot instance without MaxPrice bids what CVM documents as the current fixed
// discount price. A Year is twelve months. ProjectID is a number; "0" is the default
// project. AutoReleaseTime is cut to whole seconds and must be more than five
// minutes ahead. A data disk needs a size, a multiple of 10 GiB: CVM takes one
// without for none at all.
//
// # Interfaces
//
// Network.Interfaces are sent as SECONDARY members of NetworkInterfaces, after the
// PRIMARY one, which has the subnet and the groups of Network; CVM opens this in some
// regions only. It chooses their addresses. An interface that the create makes ends
// with its instance (DeleteWithInstance), unless [RunOptions] says otherwise.
//
// # Names of an operation
//
// An operation of more than 100 instances is several creates. With UniqueSuffix each
// of them numbers on where the one before ends: "{R:101,F:3}", with as many digits
// as the last number of all. The limit of 128 characters of a name counts the
// pattern. Without UniqueSuffix CVM numbers every create from 1.
//
// # Launch templates
//
// Package [launchtemplate] keeps specs as CVM's launch templates, by ID only: a name
// is looked up with List. A template holds no password, no CPUOptions and no
// MinCount; raw parameters of [RunOptions] are kept with the rest, and Count too,
// although every create of this package names its own. Both creates take a
// ClientToken.
//
// A new version inherits what it does not set from BaseVersion. The client reads
// that version first, and names every field that would be inherited. Two of
// CVM's defaults are no fields to inherit: a count of one, and project 0, which is
// read as no project.
//
// A version is read back as the spec that would make it again. What has no field is
// in RunOptions.Params by its name. Zeros and empty texts that CVM answers for what
// was never set are left out, and so is the ClientToken of the call that made the
// version. Periods are in months.
//
// A create over a template takes what it leaves out from the template, by the
// vendor's structures. With Zone, ProjectID, DedicatedHostIDs or the tenancy of
// reserved resources it has a Placement of its own; with anything of Network but
// security groups and the public address, a VirtualPrivateCloud; and so on.
// Nothing is taken from inside of one that it has. What such a structure cannot do
// without is therefore required: Zone, or VPCID and SubnetID. Nothing takes back the
// bid of a spot template: Strategy market-price over one is an error.
//
// RunOptions.Metadata and JumboFrame can be kept in a template, but are not in the
// data that CVM documents of a version: they are read back only if the cloud
// answers them all the same.
//
// Making a version the default that is it already is a success. Deleting the
// default version is [provider.ErrState].
//
// # Placement groups
//
// The groups of package [placement] are CVM's disaster-recover groups: they spread instances
// over hosts, switches or racks (placement.Spec.Level) and let up to PerUnit of
// them share one, at most ten. Partition groups have 2 to 30 partitions and are open
// to some accounts only; CVM refuses them to the others. A group needs a name of up to
// 60 characters and has no description.
// MoveIn moves 100 instances a call; with Force, CVM may restart them on other hosts.
// Deleting a group with instances in it is [provider.ErrState].
//
// Tags of a template are sent with the resource type "launch-template", which CVM
// does not document; those of a group with "ps", which it does.
//
// # Catalog
//
// Package [catalog] answers all its questions here. Stock comes from
// DescribeZoneInstanceConfigInfos, whose rows have the type and the price of one instance
// without disks too. Types come from the same call where the query names IDs, a zone, a family or
// an architecture, and else from DescribeInstanceTypeConfigs, whose answer is shorter: it has no
// processor, no local disks and no limits of the network, but the model of GPUs. The architecture
// follows from the maker of the processor: no answer names it. InstanceBandwidth is one number
// without a direction, which stands in both directions.
//
// A price is asked by InquiryPriceRunInstances with the parameters of the create, without its
// token, its secrets and what has no price. It is for 100 instances at most. CVM does not document
// that disks are a part of InstancePrice, nor that the price by the hour counts all instances of a
// request; both are taken to be so. No answer names a currency. It is USD at the endpoints of the
// international site, CNY at the vendor's others, and unknown at an endpoint of another name. A
// price of 0 is taken for one that CVM does not say. Public bandwidth is a part of the price where
// the spec says that it is paid like the instances; else it is in Price.Extra, and so is traffic.
// The price of prepaid stock is for one month.
//
// Networks, subnets and security groups are of the product VPC, and regions of a product of their
// own. Their hosts are those of CVM with another first word (vpc.tencentcloudapi.com); an endpoint
// that does not begin with "cvm." serves all of them. Times of the product VPC have no zone and
// count as China's. Security groups belong to the account. Quotas of spot instances count vCPUs.
//
// # Changes and notices
//
// Package [maintain] changes instances here with these limits. Tags are set and removed one a call, of
// 50 instances, in the product of tags. A name that is given later has 60 characters, unlike that of
// a create. A password needs a stopped instance. A time of release can be set once: it is a timer, which
// DeleteInstancesActionTimer cancels by its ID. ResetInstancesType starts the instance afterwards,
// also one that was stopped before. RenewInstances and ResetInstancesType have no token: a lost answer
// is settled by a look at the instance. A renewal keeps AutoRenew, because the call would make it manual.
//
// Package [notice] asks DescribeTaskInfo for repair tasks, and DescribeInstances for instances in the
// recycle bin and for failed launches. No call tells of a spot instance before it is taken back. Types
// 102 to 104 of tasks are failures, and the others are maintenance. Their times count as China's.
//
// # Not supported
//
// CVM has no description of instances and disks, no performance levels or IOPS of
// disks to choose, no fixed IPv6 addresses, no limit of inbound traffic, no
// groups of dedicated hosts, no templates by name, and no interfaces in templates. The
// support table gives the reason for every field.
//
// The tests' requests and answers were written from documentation and from the
// SDK's source. None was recorded from the live service.
package tencent
