package ecs

// What the tests outside the package see of it.
const (
	Account      = account
	MaxSets      = maxSets
	MaxTemplates = maxTemplates
	MaxVersions  = maxVersions
)

var ShapeOf = shapeOf
