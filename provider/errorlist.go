package provider

// ErrorLister is implemented by drivers that can list the vendor codes they
// know.
type ErrorLister interface {
	// ErrorCodes returns the driver's error table as it is written.
	ErrorCodes() []ErrorCode
}

// ErrorCodes returns the vendor codes that the client classifies, with their
// sentinels; nil when the driver does not tell. ERRORS.md is made from it.
func (c *Client) ErrorCodes() []ErrorCode {
	l, ok := c.driver.(ErrorLister)
	if !ok {
		return nil
	}
	return l.ErrorCodes()
}
