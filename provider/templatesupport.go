package provider

// TemplateSupport returns the table of what a launch template of the client's
// cloud holds: for every leaf of the spec the vendor parameter it becomes, or why
// it is refused. It is false, with the zero table, where the cloud has no launch
// templates: ENS and QingCloud. The table of [Client.Support] is for creates.
func (c *Client) TemplateSupport() (Support, bool) {
	d, ok := c.driver.(LaunchTemplateDriver)
	if !ok {
		return Support{}, false
	}
	return d.TemplateSupport(), true
}
