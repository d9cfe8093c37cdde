extension Mount {
    /// The `from=` of a mount, which must not be a variable: the graph of stages is known before any value is.
    static func origin(_ text: String) throws(InstructionError) -> String? {
        var origin: String?
        for field in try fields(text) {
            guard let (key, value) = field.cut(UInt8(ascii: "=")), key.lowercased() == "from" else { continue }
            let scalars = Array(value.unicodeScalars)
            if let dollar = scalars.firstIndex(of: "$"), dollar + 1 < scalars.count {
                throw InstructionError(
                    id: "from-variable",
                    message: "'from' doesn't support variable expansion, define alias stage instead",
                    hint: "add a stage `FROM \(value) AS source` before, and write from=source", word: text)
            }
            origin = value
        }
        return origin.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads one value of `--mount`, expanding each field's value.
    static func parse(_ text: String, expand: (String) throws(WordError) -> String) throws(InstructionError) -> Mount {
        var mount = Mount()
        var isReadOnlySet = false
        func failure(_ message: String, _ hint: String? = nil) -> InstructionError {
            InstructionError(id: "mount", message: message, hint: hint, word: text)
        }
        func bool(_ key: String, _ value: String) throws(InstructionError) -> Bool {
            switch value {
            case "1", "t", "T", "true", "TRUE", "True": return true
            case "0", "f", "F", "false", "FALSE", "False": return false
            default: throw failure("invalid value for \(key): \(value)", "write \(key)=true or \(key)=false")
            }
        }
        func unexpected(_ key: String) -> InstructionError {
            failure("unexpected key '\(key)' for mount type '\(mount.kind.rawValue)'")
        }
        for field in try fields(text) {
            guard let (rawKey, rawValue) = field.cut(UInt8(ascii: "=")) else {
                let key = field.lowercased()
                switch key {
                case "readonly", "ro", "readwrite", "rw":
                    mount.isReadOnly = key.hasPrefix("ro") || key == "readonly"
                    isReadOnlySet = true
                case "required":
                    guard mount.kind == .secret || mount.kind == .ssh else { throw unexpected(key) }
                    mount.isRequired = true
                default:
                    throw failure(
                        "invalid field '\(field)' must be a key=value pair",
                        "write \(field)=value; options are separated by commas without spaces")
                }
                continue
            }
            let key = rawKey.lowercased()
            let value: String
            do throws(WordError) { value = try expand(rawValue) } catch { throw failure(error.message) }
            switch key {
            case "type":
                guard let kind = Kind(rawValue: value.lowercased()) else {
                    throw failure(
                        "unsupported mount type \(GoQuote.quote(value))",
                        GoSuggestion.search(value, in: Kind.allCases.map(\.rawValue)).map { "did you mean \($0)?" }
                            ?? "the types are bind, cache, tmpfs, secret and ssh")
                }
                mount.kind = kind
            case "from": mount.from = value.isEmpty ? nil : value
            case "source", "src": mount.source = value
            case "target", "dst", "destination": mount.target = value
            case "readonly", "ro":
                mount.isReadOnly = try bool(key, value)
                isReadOnlySet = true
            case "readwrite", "rw":
                mount.isReadOnly = !(try bool(key, value))
                isReadOnlySet = true
            case "required":
                guard mount.kind == .secret || mount.kind == .ssh else { throw unexpected(key) }
                mount.isRequired = try bool(key, value)
            case "size":
                guard mount.kind == .tmpfs else { throw unexpected(key) }
                guard let size = ByteSize.parse(value) else {
                    throw failure("invalid value for \(key): \(value)", "write a size as in size=64m")
                }
                mount.size = size
            case "id": mount.id = value
            case "sharing":
                guard let sharing = Sharing(rawValue: value.lowercased()) else {
                    throw failure(
                        "unsupported sharing value \(GoQuote.quote(value))",
                        GoSuggestion.search(value, in: Sharing.allCases.map(\.rawValue)).map { "did you mean \($0)?" }
                            ?? "it is shared, private or locked")
                }
                mount.sharing = sharing
            case "mode":
                guard let mode = UInt32(value, radix: 8), value.first != "+" else {
                    throw failure("invalid value \(value) for mode", "write octal digits as in mode=0600")
                }
                mount.mode = mode
            case "uid", "gid":
                guard let id = UInt32(value), value.first != "+" else {
                    throw failure("invalid value \(value) for \(key)")
                }
                if key == "uid" { mount.uid = id } else { mount.gid = id }
            case "env":
                guard mount.kind == .secret else { throw unexpected(key) }
                mount.environmentVariable = value
            default:
                let keys = [
                    "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid",
                    "gid", "src", "dst", "destination", "ro", "rw", "readwrite", "env",
                ]
                throw failure(
                    "unexpected key '\(key)' in '\(field)'",
                    GoSuggestion.search(key, in: keys).map { "did you mean \($0)?" })
            }
        }
        try mount.validate(isReadOnlySet: isReadOnlySet, text: text)
        return mount
    }

    private mutating func validate(isReadOnlySet: Bool, text: String) throws(InstructionError) {
        func failure(_ message: String, _ hint: String? = nil) -> InstructionError {
            InstructionError(id: "mount", message: message, hint: hint, word: text)
        }
        if kind == .bind || kind == .tmpfs {
            for (name, value) in [("mode", mode), ("uid", uid), ("gid", gid)] where value != nil {
                throw failure("\(name) not allowed for \(GoQuote.quote(kind.rawValue)) type mounts")
            }
        }
        if !isReadOnlySet { isReadOnly = kind != .cache && kind != .tmpfs }
        if kind == .secret {
            if from != nil { throw failure("secret mount should not have a from") }
            if sharing != nil { throw failure("secret mount should not define sharing") }
            if source.isEmpty, target.isEmpty, id.isEmpty {
                throw failure(
                    "invalid secret mount. one of source, target required",
                    "name the secret: --mount=type=secret,id=name")
            }
            if !source.isEmpty, !id.isEmpty { throw failure("both source and id can't be set") }
        }
        if sharing != nil, kind != .cache {
            throw failure("invalid cache sharing set for \(kind.rawValue) mount")
        }
    }

    /// One record of comma-separated values; fields may be in double quotes.
    private static func fields(_ text: String) throws(InstructionError) -> [String] {
        func failure(_ reason: String) -> InstructionError {
            InstructionError(
                id: "mount", message: "failed to parse csv mounts: \(reason)",
                hint: "write options as in --mount=type=cache,target=/cache", word: text)
        }
        guard !text.isEmpty else { throw failure("EOF") }
        var out: [String] = []
        var rest = Array(text.utf8)[...]
        while true {
            var field: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest = rest.dropFirst()
                while true {
                    guard let byte = rest.popFirst() else { throw failure("extraneous or missing \" in quoted-field") }
                    if byte != UInt8(ascii: "\"") {
                        field.append(byte)
                    } else if rest.first == UInt8(ascii: "\"") {
                        field.append(byte)
                        rest = rest.dropFirst()
                    } else {
                        break
                    }
                }
                guard rest.first == nil || rest.first == UInt8(ascii: ",") else {
                    throw failure("extraneous or missing \" in quoted-field")
                }
            } else {
                let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
                field = Array(rest[..<end])
                guard !field.contains(UInt8(ascii: "\"")) else { throw failure("bare \" in non-quoted-field") }
                rest = rest[end...]
            }
            out.append(String(decoding: field, as: UTF8.self))
            guard rest.popFirst() != nil else { return out }
        }
    }
}

/// Sizes as Docker writes them: `64m`, `1.5g`, `1024`; units are powers of 1024.
enum ByteSize {
    static func parse(_ text: String) -> Int64? {
        var digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text.dropFirst(digits.count).lowercased()
        if unit.hasPrefix(" ") { unit.removeFirst() }
        if digits.hasSuffix(".") { digits = digits.dropLast() }
        guard let number = Double(digits), !digits.isEmpty, digits.count < 40 else { return nil }
        let scale: Double
        switch unit {
        case "", "b": scale = 1
        case "k", "kb", "kib": scale = 1024
        case "m", "mb", "mib": scale = 1_048_576
        case "g", "gb", "gib": scale = 1_073_741_824
        case "t", "tb", "tib": scale = 1_099_511_627_776
        case "p", "pb", "pib": scale = 1_125_899_906_842_624
        default: return nil
        }
        let bytes = number * scale
        return bytes < 9.2e18 ? Int64(bytes) : nil
    }
}
