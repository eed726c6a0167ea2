package provider_test

import (
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func table() *provider.ErrorTable {
	return provider.NewErrorTable([]provider.ErrorCode{
		{Code: "InvalidAccessKeyId.NotFound", Kind: provider.ErrAuth},
		{Code: "AuthFailure.*", Kind: provider.ErrAuth},
		{Code: "InvalidParameter", Kind: provider.ErrInvalid},
		{Code: "InvalidParameter.*", Kind: provider.ErrInvalid},
		{Code: "InvalidParameter.Conflict.*", Kind: provider.ErrExists, Temporary: true},
		{Code: "InvalidParameter.Conflict.Token", Kind: provider.ErrTokenMismatch, Unknown: true},
		{Code: "*.NotFound", Kind: provider.ErrNotFound},
		{Code: "*.Quota.NotFound", Kind: provider.ErrQuota},
	})
}

func TestTheMostExactRowWins(t *testing.T) {
	for code, want := range map[string]error{
		"InvalidAccessKeyId.NotFound":        provider.ErrAuth, // and not the ending
		"AuthFailure.NotFound":               provider.ErrAuth, // a family before an ending
		"AuthFailure.Deep.NotFound":          provider.ErrAuth,
		"InvalidParameter":                   provider.ErrInvalid,
		"InvalidParameter.Name":              provider.ErrInvalid,
		"InvalidParameter.Conflict":          provider.ErrInvalid,
		"InvalidParameter.Conflict.Name":     provider.ErrExists, // the longer family
		"InvalidParameter.Conflict.Token":    provider.ErrTokenMismatch,
		"InvalidInstanceId.NotFound":         provider.ErrNotFound,
		"A.B.NotFound":                       provider.ErrNotFound,
		"A.Quota.NotFound":                   provider.ErrQuota, // the longer ending
		"InvalidParameters.Name":             nil,               // families end at a dot
		"AuthFailure":                        nil,               // and are not their own member
		"NotFound":                           nil,
		"InstanceNotFound":                   nil,
		"A.NotFound.B":                       nil,
		"":                                   nil,
		".":                                  nil,
		"invalidparameter":                   nil,
		"Something.Else.AltogetherDifferent": nil,
	} {
		row, ok := table().Lookup(code)
		if row.Kind != want || ok != (want != nil) {
			t.Errorf("%q is %v (known: %v), want %v", code, row.Kind, ok, want)
		}
	}
}

func TestARowCarriesWhatItKnows(t *testing.T) {
	switch row, _ := table().Lookup("InvalidParameter.Conflict.Token"); {
	case !row.Unknown:
		t.Error("row.Unknown is false, want true")
	case row.Temporary:
		t.Error("row.Temporary is true, want false")
	}
	switch row, _ := table().Lookup("InvalidParameter.Conflict.Name"); {
	case row.Unknown:
		t.Error("row.Unknown is true, want false")
	case !row.Temporary:
		t.Error("row.Temporary is false, want true")
	}
}

func TestACodeListedTwiceIsFoundAtOnce(t *testing.T) {
	for _, code := range []string{"A.B", "A.*", "*.B"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s twice: no panic", code)
				}
			}()
			provider.NewErrorTable([]provider.ErrorCode{{Code: code, Kind: provider.ErrAuth}, {Code: code, Kind: provider.ErrQuota}})
		}()
	}
	provider.NewErrorTable([]provider.ErrorCode{{Code: "A"}, {Code: "A.*"}, {Code: "*.A"}}) // three different rows
}

func TestAnErrorTableDoesNotChange(t *testing.T) {
	tab := table()
	tab.Rows()[0] = provider.ErrorCode{}
	if !slices.Equal(tab.Rows(), table().Rows()) {
		t.Error("a caller's change reached the table")
	}
}
