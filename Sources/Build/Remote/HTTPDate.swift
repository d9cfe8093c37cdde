import OCI

/// Times as HTTP servers write them (RFC 9110, 5.6.7).
enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// The `Last-Modified` of the last answer in a file of headers, in seconds since 1970.
    static func lastModified(in headers: [UInt8]) -> Int64? {
        for line in String(decoding: headers, as: UTF8.self).split(whereSeparator: \.isNewline).reversed() {
            if line.hasPrefix("HTTP/") { return nil }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "last-modified" else { continue }
            return parse(String(parts[1]))
        }
        return nil
    }

    /// One of the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
    /// `Sun Nov  6 08:49:37 1994`. In seconds since 1970; nil for anything else.
    static func parse(_ text: String) -> Int64? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map { $0.lowercased() }
        guard let place = words.firstIndex(where: { months.contains(String($0.prefix(3))) && $0.count == 3 }),
            let month = months.firstIndex(of: words[place]),
            let time = words.first(where: { $0.contains(":") })
        else { return nil }
        let numbers = words.filter { $0 != time }.compactMap { Int($0) }
        let clock = time.split(separator: ":").compactMap { Int($0) }
        guard numbers.count == 2, clock.count == 3, (1...31).contains(numbers[0]) else { return nil }
        var year = numbers[1]
        if year < 100 { year += year < 69 ? 2000 : 1900 }
        let fields = [month + 1, numbers[0]] + clock
        let text = fields.map { $0 < 10 ? "0\($0)" : "\($0)" }
        let padded = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
        return Timestamp("\(padded)-\(text[0])-\(text[1])T\(text[2]):\(text[3]):\(text[4])Z")?.seconds
    }
}
