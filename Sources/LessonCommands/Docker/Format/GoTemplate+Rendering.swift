import OCI

extension GoTemplate {
    /// The text for one value.
    func render(_ value: JSON) throws(Failure) -> String {
        var out = ""
        try Self.render(nodes, Scope(root: value, dot: value), &out)
        return out
    }

    struct Scope {
        let root: JSON
        var dot: JSON
        var variables: [String: JSON] = [:]

        func with(_ value: JSON) -> Scope {
            var scope = self
            scope.dot = value
            return scope
        }
    }

    private static func render(_ nodes: [Node], _ outer: Scope, _ out: inout String) throws(Failure) {
        var scope = outer
        for node in nodes {
            switch node {
            case .assign(let name, let pipeline): scope.variables[name] = try value(of: pipeline, scope)
            case .text(let text): out += text
            case .print(let pipeline):
                let value = try value(of: pipeline, scope)
                if case .null = value { out += nothing(pipeline) } else { out += text(of: value) }
            case .branch(let pipeline, let then, let otherwise):
                try render(isTrue(try value(of: pipeline, scope)) ? then : otherwise, scope, &out)
            case .with(let pipeline, let body, let otherwise):
                let value = try value(of: pipeline, scope)
                try render(
                    isTrue(value) ? body : otherwise, isTrue(value) ? scope.with(value) : scope, &out)
            case .range(let pipeline, let key, let name, let body, let otherwise):
                let value = try value(of: pipeline, scope)
                var items: [(key: JSON, value: JSON)] = []
                if case .array(let array) = value { items = array.enumerated().map { (.integer($0), $1) } }
                if case .object(let members) = value {
                    items = members.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
                }
                for item in items {
                    var inner = scope.with(item.value)
                    if let key { inner.variables[key] = item.key }
                    if let name { inner.variables[name] = item.value }
                    try render(body, inner, &out)
                }
                if items.isEmpty { try render(otherwise, scope, &out) }
            }
        }
    }

    /// Go prints a map or a list that is not there as an empty one, though it is `null` in JSON.
    private static func nothing(_ pipeline: Pipeline) -> String {
        guard pipeline.commands.count == 1, let command = pipeline.commands.first, command.function == nil,
            command.operands.count == 1, case .field(let path, _)? = command.operands.first, let name = path.last
        else { return "<nil>" }
        if maps.contains(name) { return "map[]" }
        return lists.contains(name) ? "[]" : "<nil>"
    }

    private static let lists: Set<String> = [
        "Cmd", "Entrypoint", "Env", "OnBuild", "RepoDigests", "RepoTags", "Shell",
    ]

    private static func value(of pipeline: Pipeline, _ scope: Scope) throws(Failure) -> JSON {
        var last: JSON?
        for command in pipeline.commands {
            var arguments: [JSON] = []
            for operand in command.operands { arguments.append(try value(of: operand, scope)) }
            if let last { arguments.append(last) }
            if let function = command.function {
                last = try call(function, arguments)
            } else {
                guard arguments.count == 1 else { throw Failure(message: "template: a value cannot be called") }
                last = arguments[0]
            }
        }
        return last ?? .null
    }

    private static func value(of operand: Operand, _ scope: Scope) throws(Failure) -> JSON {
        switch operand {
        case .literal(let value): value
        case .field(let path, let isRoot): try field(path, of: isRoot ? scope.root : scope.dot)
        case .variable(let name, let path): try field(path, of: scope.variables[name] ?? .null)
        case .pipeline(let pipeline, let path): try field(path, of: try value(of: pipeline, scope))
        }
    }

    /// Go tells a struct's missing field, an error, from a map's missing key, `<no value>`. These members are maps.
    private static let maps: Set<String> = ["Labels", "Annotations", "ExposedPorts", "Volumes", "Data"]

    private static func field(_ path: [String], of value: JSON) throws(Failure) -> JSON {
        var current = value
        for (index, name) in path.enumerated() {
            if case .object(let members) = current, let member = members[name] {
                current = member
            } else if index > 0, maps.contains(path[index - 1]) {
                return .string("<no value>")
            } else {
                throw Failure(
                    message: "template parsing error: template: :1: executing \"\" at "
                        + "<.\(path[...index].joined(separator: "."))>: can't evaluate field \(name)")
            }
        }
        return current
    }

    private static func call(_ name: String, _ arguments: [JSON]) throws(Failure) -> JSON {
        func argument(_ index: Int) throws(Failure) -> JSON {
            guard arguments.indices.contains(index) else {
                throw Failure(message: "template: wrong number of args for \(name)")
            }
            return arguments[index]
        }
        func string(_ index: Int) throws(Failure) -> String { text(of: try argument(index)) }
        func integer(_ index: Int) throws(Failure) -> Int {
            guard case .number(let digits) = try argument(index), let number = Int(digits) else {
                throw Failure(message: "template: \(name) needs a number")
            }
            return number
        }
        func integers(_ start: Int) throws(Failure) -> [Int] {
            var values: [Int] = []
            for index in arguments.indices.dropFirst(start) { values.append(try integer(index)) }
            return values
        }
        switch name {
        case "json": return .string(try argument(0).text)
        case "lower": return .string(try string(0).lowercased())
        case "upper": return .string(try string(0).uppercased())
        case "title":
            let text = try string(0)
            return .string(text.prefix(1).uppercased() + text.dropFirst())
        case "print": return .string(arguments.map(text).joined())
        case "println": return .string(arguments.map(text).joined(separator: " ") + "\n")
        case "join":
            guard case .array(let items) = try argument(0) else { return .string("") }
            return .string(items.map(text).joined(separator: try string(1)))
        case "split":
            let separator = try string(1)
            guard let first = separator.first, separator.count == 1 else {
                throw Failure(message: "template: split needs a separator of one character")
            }
            return .array(
                try string(0).split(separator: first, omittingEmptySubsequences: false).map { .string(String($0)) })
        case "truncate": return .string(String(try string(0).prefix(max(0, try integer(1)))))
        case "pad":
            let blanks = (try integer(1), try integer(2))
            guard (0...1000).contains(blanks.0), (0...1000).contains(blanks.1) else {
                throw Failure(message: "template: pad takes 0 to 1000 blanks")
            }
            let text = try string(0)
            return .string(
                text.isEmpty
                    ? "" : String(repeating: " ", count: blanks.0) + text + String(repeating: " ", count: blanks.1))
        case "len":
            switch try argument(0) {
            case .array(let items): return .number("\(items.count)")
            case .object(let members): return .number("\(members.count)")
            case .string(let text): return .number("\(text.utf8.count)")
            default: return .number("0")
            }
        case "index": return try index(try argument(0), arguments.dropFirst())
        case "eq": return .bool(try argument(0) == argument(1))
        case "lt", "le", "gt", "ge": return .bool(try compare(name, try argument(0), try argument(1)))
        case "printf": return .string(GoFormatting.text(try string(0), Array(arguments.dropFirst())))
        case "slice":
            let bounds = try integers(1)
            return try slice(try argument(0), bounds)
        case "ne": return .bool(try argument(0) != argument(1))
        case "not": return .bool(!isTrue(try argument(0)))
        case "and": return arguments.first { !isTrue($0) } ?? arguments.last ?? .null
        case "or": return arguments.first(where: isTrue) ?? arguments.last ?? .null
        default: throw Failure(message: "template: function \"\(name)\" not defined")
        }
    }

    private static func compare(_ name: String, _ a: JSON, _ b: JSON) throws(Failure) -> Bool {
        let order: Int
        switch (a, b) {
        case (.number(let a), .number(let b)):
            guard let a = Double(a), let b = Double(b) else {
                throw Failure(message: "template: \(name) needs numbers")
            }
            order = a < b ? -1 : a > b ? 1 : 0
        case (.string(let a), .string(let b)): order = a < b ? -1 : a > b ? 1 : 0
        default: throw Failure(message: "template: error calling \(name): incompatible types for comparison")
        }
        return switch name {
        case "lt": order < 0
        case "le": order <= 0
        case "gt": order > 0
        default: order >= 0
        }
    }

    private static func slice(_ value: JSON, _ bounds: [Int]) throws(Failure) -> JSON {
        func range(_ count: Int) throws(Failure) -> Range<Int> {
            let (from, to) = (bounds.first ?? 0, bounds.count > 1 ? bounds[1] : count)
            guard bounds.count <= 2, from >= 0, from <= to, to <= count else {
                throw Failure(message: "template: error calling slice: index out of range")
            }
            return from..<to
        }
        switch value {
        case .string(let text):
            let bytes = Array(text.utf8)
            return .string(String(decoding: bytes[try range(bytes.count)], as: UTF8.self))
        case .array(let items): return .array(Array(items[try range(items.count)]))
        default: throw Failure(message: "template: error calling slice: can't slice this value")
        }
    }

    private static func index(_ value: JSON, _ keys: ArraySlice<JSON>) throws(Failure) -> JSON {
        var current = value
        for key in keys {
            switch (current, key) {
            case (.array(let items), .number(let digits)):
                guard let position = Int(digits), items.indices.contains(position) else {
                    throw Failure(message: "template: index out of range: \(digits)")
                }
                current = items[position]
            case (.object(let members), .string(let name)):
                current = members[name] ?? .string("")
            default:
                throw Failure(message: "template: can't index this value")
            }
        }
        return current
    }

    private static func isTrue(_ value: JSON) -> Bool {
        switch value {
        case .null: false
        case .bool(let flag): flag
        case .number(let digits): digits != "0"
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// A value as Go's `%v` shows it.
    static func text(of value: JSON) -> String {
        switch value {
        case .null: return "<nil>"
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let digits): return digits
        case .string(let text): return text
        case .array(let items): return "[\(items.map(text).joined(separator: " "))]"
        case .object(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { "\($0.key):\(text(of: $0.value))" }
            return "map[\(pairs.joined(separator: " "))]"
        }
    }
}
