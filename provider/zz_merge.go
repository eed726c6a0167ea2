package provider

// stand-ins until the merges
type specPrint map[string]string

func printSpec(*RunInstancesSpec, *RunOptions, string) specPrint { return nil }
func (p specPrint) differences(specPrint) []string               { return nil }
func specHashV1(s *RunInstancesSpec, o *RunOptions) string       { return specHash(s, o) }
