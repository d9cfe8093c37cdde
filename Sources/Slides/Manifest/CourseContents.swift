/// The table of contents of a course: the first-level headings, by part (`markmaker.py`, `gentoc`).
struct CourseContents {
    var titles: [(part: Int, title: String)]

    /// A slide per part with its headings; one slide when there is one part.
    var markdown: String {
        var parts: [[String]] = []
        var last: Int?
        for (part, title) in titles {
            if part != last { parts.append([]) }
            last = part
            parts[parts.count - 1].append(title)
        }
        guard !parts.isEmpty else { return "" }
        return parts.enumerated().map { index, titles in
            let number = parts.count == 1 ? 0 : index + 1
            let label = parts.count == 1 ? "Table of contents" : "Module \(number)"
            let lines = titles.map { "- [\($0)](#\(Self.anchor($0)))\n\n" }.joined()
            return "name: toc-module-\(number)\n\n## \(label)\n\n" + lines
        }.joined(separator: "\n---\n\n")
    }

    /// The name of the slide with a heading: lower-case letters and dashes.
    static func anchor(_ title: String) -> String {
        var name = "toc-"
        for scalar in title.lowercased().unicodeScalars {
            if scalar == " " || scalar == "-" {
                name.append("-")
            } else if ("a"..."z").contains(scalar) {
                name.unicodeScalars.append(scalar)
            }
        }
        return name
    }
}

extension Deck {
    /// The titles that are headings of level 1, in order.
    var mainHeadings: [String] {
        slides.filter { !$0.isFragment && $0.titleLevel == 1 }.compactMap(\.title)
    }
}
