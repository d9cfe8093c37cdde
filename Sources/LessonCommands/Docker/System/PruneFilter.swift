import ArgumentParser
import Images
import OCI

/// A `--filter` of a prune, as it was given: `NAME=VALUE`.
struct PruneFilter: ExpressibleByArgument, Sendable {
    let text: String

    init?(argument: String) {
        guard argument.contains("=") else { return nil }
        text = argument
    }
}

/// What the filters of a prune let through: what all of them accept.
struct PruneFilters: Sendable {
    private struct Label: Sendable {
        var name: String
        var value: String?
        var isWanted: Bool
    }

    /// Only what was there before, seconds since 1970.
    private(set) var until: Int64?
    private var labels: [Label] = []

    init(_ filters: [PruneFilter]) throws(CommandError) {
        for filter in filters {
            let parts = filter.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var key = parts.first ?? ""
            let value = parts.count > 1 ? String(parts[1]) : ""
            let isWanted = key.last != "!"
            if !isWanted { key.removeLast() }
            switch key {
            case "until" where isWanted:
                guard let time = Self.time(value) else {
                    throw CommandError(
                        "invalid-filter", "failed to parse value as time or duration: \"\(value)\"",
                        hint: "write until=24h, or a time like 2026-03-01T12:00:00Z", status: .failed)
                }
                until = min(time, until ?? .max)
            case "label" where !value.isEmpty:
                let pair = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                labels.append(Label(name: pair[0], value: pair.count > 1 ? pair[1] : nil, isWanted: isWanted))
            default:
                throw CommandError(
                    "invalid-filter", "Invalid filter '\(parts.first ?? "")'", hint: "until and label are supported",
                    status: .failed)
            }
        }
    }

    /// A span before now in Go's way (`24h`, `1h30m`), seconds since 1970, or a time as RFC 3339 writes it.
    private static func time(_ text: String) -> Int64? {
        if let seconds = Int64(text) { return seconds }
        if let span = span(text) { return DockerTime.now - span }
        let isDate = text.utf8.count == 10
        return Timestamp(isDate ? text + "T00:00:00Z" : text)?.seconds
    }

    private static func span(_ text: String) -> Int64? {
        let units: [Character: Double] = ["h": 3600, "m": 60, "s": 1]
        var total = 0.0
        var digits = ""
        for character in text {
            if let unit = units[character] {
                guard let number = Double(digits) else { return nil }
                total += number * unit
                digits = ""
            } else {
                digits.append(character)
            }
        }
        guard digits.isEmpty, !text.isEmpty, total < 1e15 else { return nil }
        return Int64(total)
    }

    /// Whether something with these labels is let through.
    func accepts(labels found: [String: String]) -> Bool {
        labels.allSatisfy { label in
            let value = found[label.name]
            return (label.value == nil ? value != nil : value == label.value) == label.isWanted
        }
    }

    /// Enters the filters into a request.
    func apply(to request: inout PruneRequest) {
        request.unusedSince = until
        guard !labels.isEmpty else { return }
        // The build cache has no labels.
        request.cacheLimit = nil
        let filters = self
        request.images = { filters.accepts(labels: $0.configuration.config.labels) }
    }
}
