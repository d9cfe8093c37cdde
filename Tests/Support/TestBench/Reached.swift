import Glibc
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

/// The same without giving the thread to other tests meanwhile: for what other processes do, and lasts only for a while.
package func reachedSoon(_ condition: () -> Bool) -> Bool {
    let end = Clock.now + 120_000_000_000
    while Clock.now < end {
        if condition() { return true }
        usleep(20_000)
    }
    return condition()
}
