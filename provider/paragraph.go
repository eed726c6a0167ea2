package provider

import "github.com/yunfan-cloud/yunfan/internal/wording"

func oneParagraph(driver string, errs ...error) error { return wording.Paragraph(driver, errs...) }

func someOf(ids []string) string { return wording.Some(ids) }
