package adapter

import "strings"

// Explained adds to the message of a service what the caller can do. "" adds nothing.
func Explained(message, hint string) string {
	switch {
	case hint == "":
		return message
	case message == "":
		return hint
	}
	return strings.TrimRight(message, ". ") + "; " + hint
}
