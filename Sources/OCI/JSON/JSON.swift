/// A JSON document (RFC 8259) as a value that loses nothing: numbers keep their text, unknown keys stay.
///
/// Images are named by the digest of their JSON, so what is encoded must be the same bytes each time: `encoded` writes
/// keys in byte order, without spaces, escaping as little as the grammar allows.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number by its text, as large or as exact as it was written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    package static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

    /// An array of strings.
    package static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map { .string($0) }) }

    /// The value of `key`, when this is an object that has it and it is not `null`.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self, let value = members[key], value != .null else { return nil }
        return value
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSON]? { if case .array(let items) = self { items } else { nil } }
    package var object: [String: JSON]? { if case .object(let members) = self { members } else { nil } }

    /// The number as an integer, when it is one and fits; `1e3` and `1.0` are not.
    package var int64: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

    /// The strings of an array of strings; nil when any element is something else.
    package var strings: [String]? {
        guard case .array(let items) = self else { return nil }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// An object of what is not nil.
    package static func object(leavingOutNil members: KeyValuePairs<String, JSON?>) -> JSON {
        var kept: [String: JSON] = [:]
        for (key, value) in members { if let value { kept[key] = value } }
        return .object(kept)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

/// What is wrong with a JSON text, and at which byte.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package let message: String
    /// Byte offset from the start of the text.
    package let offset: Int

    package var description: String { "\(message) at byte \(offset)" }
}
