package cloudsim

import "time"

// Rate is a number of calls in a time that a cloud takes from the account. What
// goes beyond it, in any stretch of time that long, is refused with the vendor's
// code for throttling. Refused calls do not count.
type Rate struct {
	API       string // action; "" means all actions together
	Calls     int
	Per       time.Duration
	PerRegion bool // counted in each region; false counts all of them together
}

// DocumentedRates are the call rates that vendors document for the calls of a
// server's life, for [Options].Rates. Alibaba Cloud publishes none for ECS, where
// each account finds its own in its quota centre; the figure here is the low end
// of what other calls of ECS are listed with. ENS and Tencent Cloud count by
// account, and Tencent Cloud by the access point too, whatever the region.
func DocumentedRates() map[Cloud][]Rate {
	each := func(calls int, per time.Duration, perRegion bool, actions ...string) (list []Rate) {
		for _, a := range actions {
			list = append(list, Rate{a, calls, per, perRegion})
		}
		return list
	}
	power := []string{"StartInstances", "StopInstances", "RebootInstances"}
	return map[Cloud][]Rate{
		ECS: each(500, time.Minute, true, append(power, "RunInstances", "DescribeInstances", "DeleteInstances")...),
		ENS: append(each(10, time.Second, false, "RunInstances", "CreateInstance"), each(100, time.Second, false, "DescribeInstances")...),
		CVM: append(each(10, time.Second, false, append(power, "RunInstances", "TerminateInstances")...),
			each(40, time.Second, false, "DescribeInstances", "DescribeInstancesStatus")...),
		QingCloud: {{Calls: 2000, Per: time.Hour}},
	}
}
