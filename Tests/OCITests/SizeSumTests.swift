import OCI
import Testing

@Suite struct SizeSumTests {
    @Test(
        "sums stop at the largest number",
        arguments: [
            ([], 0), ([1, 2, 3], 6), ([.max, 1], .max), ([.max, .max, .max], .max), ([-5, 7], 7), ([.min, .max], .max),
        ] as [([Int64], Int64)])
    func sum(sizes: [Int64], expected: Int64) { #expect(sizes.sizeSum == expected) }
}
