import Yams

extension ManifestMap {
    /// A duration in seconds: `5s`, `2m`, `1h`, or a bare number of seconds.
    func seconds(_ key: String) -> Int? {
        unit(key, "a duration such as `90s` or `2m`", ["": 1, "s": 1, "m": 60, "h": 3600], maximum: 86_400)
            .map { Int($0) }
    }

    /// An amount of bytes: `64K`, `512M`, `2G`, `1.5G` is not one; powers of 1024, `kB`, `MB` and `GB` of 1000.
    func bytes(_ key: String) -> Int64? {
        unit(
            key, "an amount of bytes such as `64K` or `2G`",
            [
                "": 1, "b": 1, "k": 1 << 10, "kib": 1 << 10, "m": 1 << 20, "mib": 1 << 20, "g": 1 << 30, "gib": 1 << 30,
                "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000,
            ], maximum: 1 << 50)
    }

    /// A share in percent: `10%` or `10`.
    func percent(_ key: String) -> Int? {
        unit(key, "a percentage such as `10%`", ["": 1, "%": 1], maximum: 100).map { Int($0) }
    }

    /// Permission bits in octal, e.g. `0755`.
    func mode(_ key: String) -> UInt16? {
        guard let node = node(key) else { return nil }
        var text = node.scalar?.string ?? ""
        if text.hasPrefix("0o") { text.removeFirst(2) }
        guard let value = UInt16(text, radix: 8), value <= 0o7777 else {
            wrong(key, "permission bits such as `0755`", node)
            return nil
        }
        return value
    }

    private func unit(_ key: String, _ expected: String, _ units: [String: Int64], maximum: Int64) -> Int64? {
        guard let node = node(key) else { return nil }
        let text = node.scalar?.string ?? ""
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard let number = Int64(digits), let factor = units[unit] else {
            wrong(key, expected, node)
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, product <= maximum else {
            reader.report("manifest-value", "`\(key)` is too large", at: node.mark)
            return nil
        }
        return product
    }
}
