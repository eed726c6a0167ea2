package alibaba

// What the tests outside the package see of it.
var EncodeAnswer = encodeAnswer
