import Glibc
import OCI

/// Times as Docker prints them.
enum DockerTime {
    /// Seconds since 1970.
    static var now: Int64 { Int64(time(nil)) }

    /// `2026-03-01 12:30:00 +0000 UTC`
    static func table(_ time: Timestamp) -> String {
        let text = Timestamp(seconds: time.seconds).description
        return text.replacing("T", with: " ").replacing("Z", with: " +0000 UTC")
    }
}
