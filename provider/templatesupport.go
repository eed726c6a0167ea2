package provider

// TemplateSupport returns the support table of launch templates on the client's cloud. It
// says, for every leaf of the spec, which vendor parameter it becomes, or why it is refused.
// Where the cloud has no launch templates (ENS and QingCloud), it returns the zero table and
// false. The table of [Client.Support] is for creates.
func (c *Client) TemplateSupport() (Support, bool) {
	d, ok := c.driver.(LaunchTemplateDriver)
	if !ok {
		return Support{}, false
	}
	return d.TemplateSupport(), true
}
