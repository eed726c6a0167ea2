package ecs

// Names that the tests outside the package use.
const (
	Account      = account
	MaxSets      = maxSets
	MaxTemplates = maxTemplates
	MaxVersions  = maxVersions
)

var ShapeOf = shapeOf
