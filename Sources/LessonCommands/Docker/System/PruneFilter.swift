import ArgumentParser
import Images
import OCI

/// A `--filter` of a prune, as Docker takes it.
struct PruneFilter: ExpressibleByArgument, Sendable {
    private enum Kind: Sendable {
        /// Seconds since 1970.
        case until(Int64)
        case label(name: String, value: String?, isWanted: Bool)
    }

    let text: String
    private let kind: Kind

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        var key = argument[..<equals]
        let value = String(argument[argument.index(after: equals)...])
        let isWanted = key.last != "!"
        if !isWanted { key.removeLast() }
        text = argument
        switch key {
        case "until" where isWanted:
            guard let time = Self.time(value) else { return nil }
            kind = .until(time)
        case "label":
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, !name.isEmpty else { return nil }
            kind = .label(name: name, value: parts.count > 1 ? parts[1] : nil, isWanted: isWanted)
        default: return nil
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

    /// Enters filters into a request: all of them must hold.
    static func apply(_ filters: [PruneFilter], to request: inout PruneRequest) {
        var labels: [(name: String, value: String?, isWanted: Bool)] = []
        for filter in filters {
            switch filter.kind {
            case .until(let time): request.unusedSince = min(time, request.unusedSince ?? .max)
            case .label(let name, let value, let isWanted): labels.append((name, value, isWanted))
            }
        }
        guard !labels.isEmpty else { return }
        // The build cache has no labels.
        request.cacheLimit = nil
        let wanted = labels
        request.images = { image in
            wanted.allSatisfy { label in
                let found = image.configuration.config.labels[label.name]
                return (label.value == nil ? found != nil : found == label.value) == label.isWanted
            }
        }
    }
}
