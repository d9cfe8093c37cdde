import CLinux

/// The monotonic clock, without the concurrency runtime's.
package enum Clock {
    /// Nanoseconds since some point at boot.
    package static var now: Int64 { lesson_monotonic_nanoseconds() }

    /// The time since `start`.
    package static func since(_ start: Int64) -> Duration { .nanoseconds(now - start) }
}
