package ecs

// What the tests outside the package see of it.
const Account = account
const MaxSets = maxSets
const MaxTemplates = maxTemplates
const MaxVersions = maxVersions

var ShapeOf = shapeOf
