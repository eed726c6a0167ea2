// Package notice tells what will happen, or has happened, to instances that exist: a spot instance
// that is taken back, maintenance, a failed host, an overdue bill, a lock, an expired prepaid time.
//
//	for n, err := range notice.Watch(ctx, client, nil) {
//		if err != nil {
//			return err
//		}
//		if n.Kind == notice.Reclaim { drain(n.InstanceID, n.NotBefore) }
//	}
//
// Every cloud has a cheap question for a whole region that returns only the instances in trouble.
// Watch asks those questions, in the rhythm that each deserves, with the budget of the client. What
// a cloud has no question for is not told: CVM announces the end of a spot instance to the instance
// alone, and QingCloud announces no maintenance. [Questions] says what is asked.
//
// An error of a call is never an end of trouble: a notice counts as over only when a complete
// answer does not have it any more. [Driver] is for authors of drivers only.
package notice
