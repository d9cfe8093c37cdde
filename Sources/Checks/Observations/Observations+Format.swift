extension Observations {
    /// The shape and the meaning of stored observations; a higher number makes those of before worthless, and what they
    /// were of is examined again.
    package static let format = 5
}
