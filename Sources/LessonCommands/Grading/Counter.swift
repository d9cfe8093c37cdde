import Synchronization

/// How many of how many are done: `[3/26]`.
final class Counter: Sendable {
    private let total: Int
    private let done = Atomic<Int>(0)

    init(total: Int) { self.total = total }

    func count() { done.add(1, ordering: .relaxed) }

    var words: String { "[\(done.load(ordering: .relaxed))/\(total)]" }
}
