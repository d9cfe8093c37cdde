/// A number of permits; who asks for one more waits, first come, first served.
actor Permits {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var head = 0

    init(_ count: Int) { free = max(1, count) }

    private func take() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func give() {
        guard head < waiting.count else {
            free += 1
            return
        }
        let next = waiting[head]
        head += 1
        if head == waiting.count {
            waiting.removeAll()
            head = 0
        }
        next.resume()
    }

    /// Runs `body` while holding a permit.
    nonisolated func with<T: Sendable, E: Error>(
        _ body: @Sendable () async throws(E) -> sending T
    ) async throws(E) -> T {
        await take()
        do throws(E) {
            let value = try await body()
            await give()
            return value
        } catch {
            await give()
            throw error
        }
    }
}
