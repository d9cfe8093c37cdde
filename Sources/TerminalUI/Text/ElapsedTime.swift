/// A stretch of time in words.
package enum ElapsedTime {
    /// As `docker images` says it: "Less than a second", "5 seconds", "About a minute", "3 weeks".
    /// - Parameter seconds: how long; negative counts as none.
    package static func docker(seconds: Int64) -> String {
        let minutes = seconds / 60
        let hours = (minutes + 30) / 60
        return switch true {
        case seconds < 1: "Less than a second"
        case seconds == 1: "1 second"
        case seconds < 60: "\(seconds) seconds"
        case minutes == 1: "About a minute"
        case minutes < 60: "\(minutes) minutes"
        case hours == 1: "About an hour"
        case hours < 48: "\(hours) hours"
        case hours < 24 * 7 * 2: "\(hours / 24) days"
        case hours < 24 * 30 * 2: "\(hours / 24 / 7) weeks"
        case hours < 24 * 365 * 2: "\(hours / 24 / 30) months"
        default: "\(hours / 24 / 365) years"
        }
    }

    /// Short, for a status line: "0.3 s", "12 s", "2 min 5 s".
    /// - Parameter seconds: how long; negative counts as none.
    package static func short(seconds: Double) -> String {
        guard seconds.isFinite, seconds > 0 else { return "0.0 s" }
        if seconds < 10 {
            let tenths = Int((seconds * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int(min(seconds, 1e9).rounded())
        return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
    }
}
