import Linux

/// Looks until it is so; gives up after two minutes.
package func reached(_ condition: () -> Bool) async -> Bool {
    let end = Clock.now + 120_000_000_000
    while Clock.now < end {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return condition()
}
