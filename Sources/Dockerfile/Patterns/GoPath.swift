/// Go's `filepath.Clean`.
enum GoPath {
    /// The shortest path that means the same, by text alone: no `.`, no `name/..`, no doubled or trailing `/`.
    static func clean(_ path: String) -> String {
        guard !path.isEmpty else { return "." }
        let isRooted = path.utf8.first == UInt8(ascii: "/")
        var names: [Substring] = []
        for name in path.split(separator: "/", omittingEmptySubsequences: true) {
            switch name {
            case ".": continue
            case "..":
                if let last = names.last, last != ".." {
                    names.removeLast()
                } else if !isRooted {
                    names.append(name)
                }
            default: names.append(name)
            }
        }
        let joined = names.joined(separator: "/")
        if isRooted { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }
}
