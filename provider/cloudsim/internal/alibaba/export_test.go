package alibaba

// Names that the tests outside the package use.
var EncodeAnswer = encodeAnswer
