/// One thing that the sandbox needs or can use, tried for real.
package struct Capability: Hashable, Sendable, Codable {
    package enum Level: String, Hashable, Sendable, Codable {
        /// Works.
        case ok
        /// Missing; something else stands in.
        case degraded
        /// Missing; what needs it cannot be done.
        case missing
    }

    /// Stable name: `user-namespace`, `overlayfs`, `network-isolated`.
    package var id: String
    package var title: String
    package var level: Level
    /// What was found.
    package var detail: String
    /// What to do about it.
    package var remedy: String?

    package var ok: Bool { level == .ok }

    /// What scripts may rely on.
    private enum CodingKeys: String, CodingKey {
        case id, title
        case level = "status"
        case detail
        case remedy = "advice"
    }

    package init(id: String, title: String, level: Level, detail: String, remedy: String? = nil) {
        self.id = id
        self.title = title
        self.level = level
        self.detail = detail
        self.remedy = remedy
    }
}
