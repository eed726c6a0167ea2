// Package qingcloud creates instances on QingCloud IaaS, through the request
// layer of the vendor's Go SDK (yunify/qingcloud-sdk-go).
//
// QingCloud has one level of location, the zone (pek3a, sh1a, ap2a; always
// lower case). It is the Region of a spec; Zone is refused. A login is always
// needed: a password or one key pair.
//
// The fixtures of this package's tests were written from the vendor's
// documentation and samples. None was recorded from the live service, and no
// live account was used: everything here about the service comes from its
// documentation.
//
// # Credentials
//
// Config.Credentials, or else the configuration file that Config.Profile names and no other, or else the
// first of these places that has any. Each is exported as a source of its own.
//
//  1. The environment ([EnvironmentCredentials]): QINGCLOUD_ACCESS_KEY_ID with
//     QINGCLOUD_SECRET_ACCESS_KEY, or else QINGCLOUD_ACCESS_KEY with QINGCLOUD_SECRET_KEY, the names of
//     the vendor's Terraform provider. The two pairs are never mixed. An empty variable counts as not
//     set.
//  2. The file of the vendor's CLI and SDKs, ~/.qingcloud/config.yaml ([ProfileCredentials]):
//     qy_access_key_id and qy_secret_access_key. If it has neither and names a credential proxy
//     (credential_proxy_host and so on), that gives the keys of the instance's role.
//  3. The role of the instance ([InstanceRoleCredentials]), from the metadata service at
//     169.254.169.254.
//
// A place that is configured and fails is the error: half a key pair, a file that is no YAML, a proxy
// that does not answer. Another identity is never tried. The place that answered first is kept for the
// life of the client. Without any, one error lists all places. A refusal for the time of a request says
// how far the local clock is off.
//
// The vendor's tools know no profiles inside of a file, but take the path of another file: so does
// Config.Profile. This package never creates the file, as the SDK does. The metadata service is never
// asked through a proxy. Keys of a role are renewed 5 minutes before their end, by one call for all
// waiters.
//
// What the file says about the cloud goes with the keys in it, so that no keys go to another cloud:
//
//   - Config.Region of "" is QINGCLOUD_ZONE, or else zone in the file.
//   - Without Config.Endpoint, EndpointFor and Credentials the endpoint is QINGCLOUD_ENDPOINT, or else
//     protocol, host, port and uri in the file.
//   - The file that Config.Profile names comes before QINGCLOUD_ZONE, and QINGCLOUD_ENDPOINT does not
//     count beside it.
//   - The file is not read when the environment has keys, and beside Config.Credentials.
//
// New reads the file if it needs one of the two. Every 30 s it is read again for a rotated key. The
// zone and the endpoint of a client never change, and a file that names another cloud by then is left
// alone.
//
// Temporary keys have a token. Requests with one go to the path /iam/ in place of that of the endpoint,
// as the vendor's SDK and documentation have it. No live account has tried this.
//
// Calls are signed GET requests, the only documented form of RunInstances, so
// the password and the user data stand in the query of the URL, under TLS. No
// error, log record or preview of this package shows them. The SDK logs to a
// logger of its own that is global to the process and quiet by default; even
// at its level "info" it sees no secret of a create. At its level "debug" it
// prints the text it signs, secrets included: do not switch that on where
// instances are created with a password.
//
// # Endpoints
//
// api.qingcloud.com serves all zones of the public cloud. A private cloud has a host of
// its own, often with a port and another path: Config.Endpoint takes all of them, as in
// "http://10.0.0.1:7777/iaas/". "{region}" in it stands for the zone, and
// Config.EndpointFor may answer each zone by itself. The form of a zone is checked before
// each call. A host that is not found or refuses connections, and has never answered, is
// an error with NoHost that asks about the zone.
//
// # Idempotency
//
// QingCloud has no client token. A create is sent once: no SDK retry, no
// redirect, and a request that the network layer cannot replay. When its
// outcome is unknown, the name is the only trace: see the next section. Unknown
// are: no answer, an unreadable one, an HTTP status other than 200 that does not
// prove that the request was turned away on its way (as 413, 414, 429 and 431 do),
// ret_code 2200, 2300, 5000, 5100 and 5300, any code outside the table but those of the
// 1000s, IDs beside an error, and fewer IDs than asked for. IDs are kept from every
// answer, also from one that ends early. Whether
// a create of several instances can be fulfilled in part is not documented; MinCount
// is refused, since nothing can be asked for. When a create of several is refused
// for want of stock (5200), the client looks for some seconds whether it has made
// a few of them before it believes it.
//
// # Names and markers
//
// A create carries a marker behind the name, "web-yf...", in the instance_name of
// all its instances. When the answer is lost, the client looks for instances of that
// name, takes over what it finds, and creates the rest only once it is certain that
// nothing more will come. Instances for a sub-account (RunOptions.TargetUser) are
// looked for among those of its own. How long a name may be is not documented;
// with the marker it has 60 characters at most, and the end of a longer one is
// left out for the time. Instances of a spec without Name are called "instance-yf..."
// and stay so.
//
// Once the instances are known they get the name of the spec by
// ModifyInstanceAttributes, one call each: a hundred instances cost a hundred of the
// hour's 2000 calls, which RunOptions.KeepMarker of package provider saves. Names
// are documented to change in every state, but the vendor's own clients leave a new
// instance alone for half a minute: a refusal (1400) is repeated for a while. With
// UniqueSuffix these names are numbered, in the order of the IDs; the service
// itself cannot number, so that HostName excludes it.
//
// # Waiting
//
// An instance is running when its status is "running", its transition_status is
// empty, and every network that assigns addresses shows one: the address comes
// a little later than the status. An instance whose list of networks is still empty
// shows as running without an address. The vendor publishes no boot times; the first
// look after 8 s is a guess. A failed instance has no status of its own and no
// reason: it shows up as terminated or ceased, or stays pending. The job of the create
// (DescribeJobs) says that it has failed. Its error_codes are in a sample of the documents
// only: the first number in them is read as a ret_code.
//
// QingCloud suspends what an account in arrears has: an instance that is suspended, or on
// its way there, has provider.LockArrears.
//
// Describes use the verbose form, which alone has volumes and key pairs. Every field is
// read by itself: one in another form is zero, and its path is in DescribePage.Unread.
// Not answered are billing, contract, instance group and dedicated host.
//
// Whether a describe with an unknown ID is an error or an empty answer is not
// documented. Both are handled: when a describe of several is refused with 2100,
// the client asks for halves until it has found the unknown ones.
//
// TerminateInstances removes instances at once (direct_cease), without the two
// hours in the recycle bin: a program that cleans up wants to remove them, and
// instances in the bin would still be listed under their names. The service
// refuses it (1400) while an instance is being built, changed, or not leased yet;
// that is provider.ErrState with Temporary set. The same code stands for a missing
// permission, and only its message tells them apart. A message about a permission or a
// zone is provider.ErrPermission on every action. One about a state, a lease or a request to
// try later is provider.ErrState. Any other message counts as one about a state, where the
// action depends on one: a caller that retries it must give up after a minute or two, as
// the client does, which waits for instances that are all too new together. Instances that
// lie in the bin
// already, because another program terminated them, are removed from there
// (CeaseInstances).
//
// A release has no further options: a create orders nothing that outlives its instances.
// Volumes and addresses that were attached stay, and so does a contract (months), whose
// end is not documented. Ordered and Force of a TerminateRequest are ignored.
//
// # Power
//
// StartInstances, StopInstances and RestartInstances, up to 100 instances each.
// The vendor documents no maximum, and not whether one instance that cannot be
// changed stops the others. Such an instance is code 1400: provider.ErrState, and
// Temporary only if the message asks to try later, because the code is the same for an
// instance that is stopped already and for one that is just stopping. An instance
// in transition is thus refused at once: wait for it first. StopCharging is
// refused: there is no such choice, and a stopped instance pays for its system
// disk only. A reboot with Force is refused too: RestartInstances has no such
// parameter.
//
// # Placement groups
//
// They are instance groups: relation repel for placement.Spread, which keeps
// instances on different hosts, and attract for placement.Cluster. There are no
// partitions, no other levels than hosts, no tags, and no choice for the case that
// an instance would have to move. The vendor has no page about changes of a group,
// and the parameters of its name are those of the vendor's SDK. Members are read
// from the verbose form of DescribeInstanceGroups, whose fields are not
// documented: if they come in another form than a list of IDs or of objects with
// an instance_id, InstanceIDs is empty.
//
// Not documented either: whether a group with instances in it can be deleted (codes
// 1400 and 5400 are provider.ErrState), whether an instance that is in another group
// may join, and how many instances a group holds. Groups are asked for one ID a
// call, because an unknown one may fail the whole call.
//
// # Changes and notices
//
// Package [maintain] changes names and descriptions (one instance a call), the security group (100
// instances a call) and the type of stopped instances. A resize is a job: the package waits until the
// instance is stopped with the new type, for five minutes at most. There are no tags with values, no
// renewals and no new passwords: QingCloud has no calls for them.
//
// Package [notice] asks DescribeInstances for suspended instances, whose account owes money, and
// DescribeJobs for creates that have failed in the last 24 hours. A job does not say which of its
// instances have failed: each is told. Nothing tells of maintenance, nor of failures of hosts. Both
// questions together cost 24 calls an hour, out of 2000, while each answer is one page.
//
// # Catalog
//
// Package catalog answers questions about zones (DescribeZones), instance types
// (DescribeInstanceTypes), images (DescribeImages), key pairs (DescribeKeyPairs), routers as networks
// (DescribeRouters), networks of layer 2 as subnets (DescribeVxnets), security groups
// (DescribeSecurityGroups) and what is left of quotas (GetQuotaLeft, which has no totals). There is
// no call for regions, stock, and prices before a create.
//
// Without a filter DescribeImages lists the account's own images only, and deleted ones too. The
// adapter always names the states, and asks for the images of the system and for own ones one after
// the other. Images that another account shares count as own: an answer does not say whose an image
// is. An unknown ID fails a call about images by ID; the adapter then asks for them one by one. The
// answers have no GPU, architecture and network of a type, and mostly no architecture of an image:
// 64bit alone is not taken for one. A tag has a name and an empty value.
//
// # Quotas and paging
//
// 2000 calls an hour and account, over all actions; another page of the
// documentation speaks of a day. Code 2500 stands for this limit and for a
// resource quota alike. On a create, of instances or of a group, and on joining a
// group, it is provider.ErrQuota, unless this client itself made nearly that many
// calls within the last hour; on every other call it is provider.ErrThrottled.
// Calls of other programs are not seen: read the message when in doubt. Code 5200
// is about computing capacity: another disk or network would not help. Code 4003 of private
// clouds, more instances than the licence allows, is provider.ErrQuota.
//
// Describes ask for 100 instances a page, the documented maximum. A create asks
// for at most 100; the vendor documents no maximum. The 100 IDs of a terminate
// are a choice as well.
//
// # Vendor options
//
// [RunOptions] holds what only QingCloud has: instance class, hypervisor,
// cipher, network queues, Windows SIDs, forms of user data, sub-accounts, and
// any other parameter by its wire name. Those that belong to one instance, such as
// volumes and addresses, need a Count of 1. [Instance] is what Instance.Sys returns.
//
// CPUOptions.Cores counts the cores of one socket here, as cpu_topology does.
// Its three numbers are joined by commas, which the documentation does not say.
//
// # Not supported
//
// Spot instances, launch templates, dry runs, client tokens, IPv6 addresses,
// roles, release times, deletion protection: RunInstances has none of them.
// Public addresses, new data disks and labels take further calls after the
// create, which this package does not make; existing volumes can be attached
// when Count is 1.
package qingcloud
