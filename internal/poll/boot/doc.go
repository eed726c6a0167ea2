// Package boot learns how long instances take to become ready, and says when to look at
// them. It knows no cloud, makes no calls and has no clock: it is told what looks have
// shown, and when. Its user, package poll, decides which instances share a call.
//
// [Times] holds a [Class] for all instances that boot equally fast. A [Schedule] says when
// the instances of one wait are looked at: [Schedule.First], [Schedule.Interval],
// [Schedule.Scout], and [Schedule.Learn] for what the looks have shown.
//
// # What it saves
//
// Describe calls for a launch of N instances, and the mean delay between ready and seen.
// With learning: the poller has seen a launch of 1,000 instances of the class before.
// Without: the poller is taught nothing and has only the prior. The prior is the age of
// the first look; it is right when it is 0.64 of the median.
//
//	prior  median      N   calls: with  without   delay, s: with  without
//	 4 s    25 s        1           5.8     12.0             1.4      1.4
//	                1,000          77      137               1.4      1.4
//	12 s    25 s        1           5.6      9.0             1.5      1.4
//	                  100          22       22               1.4      1.4
//	                1,000          76       99               1.5      1.4
//	32 s    25 s        1           5.1      3.4             1.6      4.9
//	                1,000          69       34               1.6      6.6
//	12 s    60 s        1           5.9     18               3.3      3.2
//	                1,000          79      190               3.4      3.2
//	12 s   120 s        1           6.7     25               6.6      6.5
//	                1,000          86      264               6.5      6.4
//
// So learning saves between a fifth and three quarters of the calls when the prior is early,
// and two thirds of the delay when it is late. It saves nothing in a launch of 100 whose
// prior is nearly right. To measure again:
//
//	go test -run '^$' -bench Learning -benchtime 1x ./internal/poll
//
// A plan takes 0.3 ms to draw, and a class 14 KB.
//
// # When an instance is looked at
//
// For each class there is a life table: by age, how many instances were pending and how
// many of those became ready. It learns from a launch while the launch is under way.
//
// From the table a plan is drawn by dynamic programming: for each age of the last look, the
// age of the next one, so that the price of the looks plus the delay between ready and seen
// is lowest. All prices are in proportion to the median boot time, so that a delay stays in
// proportion to the wait. Looks are dense where most instances become ready, and sparse
// before and after. They are never closer than 2 s nor, at a stuck instance, further apart
// than 30 s. While few instances have been seen, looks come a little earlier.
//
// Until 20 instances of a class have been seen, the prior decides. The first look comes at
// the age at which one instance in ten is ready by the prior, between 3 s and 60 s. Later
// looks come after a tenth of the age.
//
// # The early look
//
// Before that, some instances are looked at once, exactly 5 s after their acceptance. They
// fill three calls at most, whatever the number of instances:
//
//	accepted   5 s             3/5 of a far prior      first
//	|----------|---------------|-----------------------|----------> age
//	           early look      the same instances      all
//
// If one in ten is ready, all others of the class are looked at as well. If none is ready,
// all goes on as if there had been no early look. Until an instance of the class was seen
// ready, looks at these instances keep up with a poll every 5 s, up to 25 s. When half of
// the latest looks show instances ready, the others are looked at at that age.
//
// # Scouts
//
// A prior may be wrong. So of a fleet that fills more than one call, two calls go out as
// scouts:
//
//	accepted               3/5 of first          first
//	|----------------------|---------------------|----------> age
//	                       1st call of scouts    2nd call of scouts, then all others
//
// What the scouts show moves the first looks at the others, to an earlier or a later age.
//
// A plan may become wrong too. A plan that looks late cannot see that instances have become
// faster. So when the plan of a class begins 15 s or more after the prior, one instance is
// looked at when the prior says, once in ten minutes:
//
//	accepted     prior                           first of the plan
//	|------------|----------- 15 s or more ------|----------> age
//	             one scout                       all others
//
// If the scout, and the instances that share its call, show that a tenth is ready, the plan
// and most of what it rests on are forgotten.
package boot
