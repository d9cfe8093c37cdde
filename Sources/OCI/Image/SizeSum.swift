/// Sizes of files are what an archive or a learner's file system claims, and a sparse file claims exabytes for nothing:
/// their sum stops at the largest number there is.
extension Sequence<Int64> {
    /// The sum of all, `Int64.max` when it is larger; a negative one counts nothing.
    package var sizeSum: Int64 { reduce(0) { $0.addingSize($1) } }
}

extension Int64 {
    /// The sum of two sizes in bytes, `Int64.max` when it is larger; a negative `other` counts nothing.
    package func addingSize(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(Swift.max(0, other))
        return overflow ? .max : sum
    }
}
