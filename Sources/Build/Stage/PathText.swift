/// Paths inside an image as text: absolute, `/` between names. Pure, it touches no file.
enum PathText {
    /// `path` made absolute against `directory`, with `.`, `..` and doubled slashes resolved (Go's `path.Join`).
    static func absolute(_ path: String, in directory: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : directory + "/" + path
        return "/" + clean(whole)
    }

    /// The names of a path, `.` and `..` resolved against the root; no slash at either end.
    static func clean(_ path: String) -> String {
        var names: [Substring.UTF8View.SubSequence] = []
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            if name.elementsEqual(".".utf8) { continue }
            if name.elementsEqual("..".utf8) {
                _ = names.popLast()
            } else {
                names.append(name)
            }
        }
        return names.map { String(Substring($0)) }.joined(separator: "/")
    }

    /// The destination of a `COPY`: absolute; the slash that says "a directory" stays.
    static func destination(_ path: String, in directory: String) -> String {
        let result = absolute(path, in: directory)
        let saysDirectory = path.isEmpty || path.utf8.last == UInt8(ascii: "/") || path == "." || path.hasSuffix("/.")
        return saysDirectory && result != "/" ? result + "/" : result
    }

    /// Everything up to the last slash, without it; `/` for a name at the top.
    static func parent(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "/" }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }

    /// The last name of a path.
    static func name(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}
