import Images
import OCI

/// Which images a list shows.
struct ImageFilter {
    private var patterns: [String] = []
    private var isDangling: Bool?
    private var labels: [(name: String, value: String?)] = []
    private var before: [String] = []
    private var since: [String] = []
    private var bounds: (after: Timestamp?, before: Timestamp?) = (nil, nil)

    init(name: String?, _ filters: [String]) throws {
        if let name { patterns.append(name) }
        for filter in filters {
            let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count == 2 ? parts[1] : nil) {
            case ("reference", let value?): patterns.append(value)
            case ("dangling", "true"), ("dangling", "1"): isDangling = true
            case ("dangling", "false"), ("dangling", "0"): isDangling = false
            case ("label", let value?):
                let pair = BuildArguments.pair(value)
                labels.append((pair?.0 ?? value, pair?.1))
            case ("before", let value?): before.append(value)
            case ("since", let value?): since.append(value)
            default:
                throw CommandError(
                    "invalid-filter", "Invalid filter '\(parts.first ?? filter)'",
                    hint: "reference, dangling, label, before and since are supported", status: .failed)
            }
        }
    }

    /// Looks up the images that `before` and `since` name.
    mutating func findImages(_ store: Store) async throws {
        for name in before {
            let time = try await store.require(name).image.created ?? .epoch
            bounds.before = min(bounds.before ?? time, time)
        }
        for name in since {
            let time = try await store.require(name).image.created ?? .epoch
            bounds.after = max(bounds.after ?? time, time)
        }
    }

    func accepts(_ image: StoredImage) -> Bool {
        let created = image.created ?? .epoch
        if let limit = bounds.before, created >= limit { return false }
        if let limit = bounds.after, created <= limit { return false }
        return labels.allSatisfy { label in
            guard let value = image.configuration.config.labels[label.name] else { return false }
            return label.value == nil || label.value == value
        }
    }

    func accepts(_ row: [String: JSON]) -> Bool {
        let (name, tag) = (row["Repository"]?.string ?? "", row["Tag"]?.string ?? "")
        if let isDangling, isDangling != (name == "<none>") { return false }
        return patterns.allSatisfy { pattern in
            // A pattern with a tag is held against name and tag, one without against the name.
            let hasTag = pattern.split(separator: "/").last?.contains(":") ?? false
            return Self.matches(pattern[...], hasTag ? "\(name):\(tag)" : name)
        }
    }

    /// Go's `path.Match` for `*` and `?`, without recursion.
    static func matches(_ pattern: Substring, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern), Array(text))
        var (p, t) = (0, 0)
        var retry: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                retry = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] || (pattern[p] == "?" && text[t] != "/") {
                (p, t) = (p + 1, t + 1)
            } else if let last = retry, text[last.text] != "/" {
                retry = (last.pattern, last.text + 1)
                (p, t) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
