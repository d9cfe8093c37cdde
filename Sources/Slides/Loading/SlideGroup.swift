/// A slide with the fragments that follow it, and what it inherits.
struct SlideGroup {
    /// The entries by index, the slide first.
    var entries: [Int]
    /// The content it is put into, or after.
    var template: Template?
    /// Properties and classes it inherits.
    var inherited: [String: String] = [:]

    /// Content that other slides are made of: `layout: true`, or a slide that a `template:` names.
    struct Template {
        var bytes: [UInt8]
        var lineMap: [Int32]
        var properties: [String: String]
        var hasClasses: Bool
    }
}

/// A group's text put together for libcmark.
struct GroupText {
    var bytes: [UInt8] = []
    var lineMap: [Int32] = []

    /// Starts a new line in the text, which came from `line`.
    mutating func newLine(_ line: Int32) {
        bytes.append(.lineFeed)
        lineMap.append(line)
    }

    mutating func append(_ other: some Collection<UInt8>, lines: (Int) -> Int32) {
        if bytes.isEmpty { lineMap = [lines(0)] }
        var count = 0
        bytes.append(contentsOf: other)
        for byte in other where byte == .lineFeed {
            count += 1
            lineMap.append(lines(count))
        }
    }
}
