package specfile

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// StoreOptions returns the options with which [provider.Client.Run] creates what the file says
// and keeps the file with the operation, so that another process needs only the store:
// [ParseDefinition] reads it there. The file holds references in place of secrets. The program
// may change the result, and sets Run.Progress again.
func (f *File) StoreOptions() (*provider.StoreOptions, error) {
	text, err := f.Marshal(JSON)
	if err != nil {
		return nil, err
	}
	run := f.Run
	return &provider.StoreOptions{Run: &run, Definition: text}, nil
}

// ParseDefinition reads the file that the store has of an operation, as [Parse] reads a file. Its
// references are resolved. An operation without a definition is an error that matches
// [provider.ErrInvalid].
func ParseDefinition(e store.Entry, o *Options) (*File, error) {
	if len(e.Definition) == 0 {
		return nil, fmt.Errorf("%w: operation %s was stored without a definition", provider.ErrInvalid, e.ID)
	}
	return Parse(e.Definition, "operation "+e.ID, o)
}
