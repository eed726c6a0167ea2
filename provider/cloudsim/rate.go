package cloudsim

import "time"

// Rate is the number of calls in a time span that a cloud accepts from the account.
// Calls beyond it, in any span of that length, are refused with the vendor's throttling
// code. Refused calls do not count. Calls are counted when they arrive.
type Rate struct {
	API       string // action; "" means all actions together
	Calls     int
	Per       time.Duration
	PerRegion bool // counted in each region; false counts all of them together

	// Fixed reports that the cloud counts by the clock: anew at each full Per, such as each
	// full minute. False counts any span of that length.
	Fixed bool
}

// DocumentedRates returns the call rates that vendors document for calls about
// instances, for [Options].Rates. Alibaba Cloud publishes none for ECS: each account
// finds its own in its quota centre. The value here is at the low end of the values for
// other calls of ECS. ENS and Tencent Cloud count by account. Tencent Cloud also counts
// by access point, whatever the region.
func DocumentedRates() map[Cloud][]Rate {
	each := func(calls int, per time.Duration, perRegion bool, actions ...string) (list []Rate) {
		for _, a := range actions {
			list = append(list, Rate{API: a, Calls: calls, Per: per, PerRegion: perRegion})
		}
		return list
	}
	power := []string{"StartInstances", "StopInstances", "RebootInstances"}
	return map[Cloud][]Rate{
		ECS: each(500, time.Minute, true, append(power, "RunInstances", "DescribeInstances", "DeleteInstances")...),
		ENS: append(each(10, time.Second, false, "RunInstances", "CreateInstance"),
			each(100, time.Second, false, "DescribeInstances")...),
		CVM: append(each(10, time.Second, false, append(power, "RunInstances", "TerminateInstances")...),
			each(40, time.Second, false, "DescribeInstances", "DescribeInstancesStatus")...),
		QingCloud: {{Calls: 2000, Per: time.Hour}},
	}
}
