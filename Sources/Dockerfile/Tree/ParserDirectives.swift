package import Diagnostics

/// One `# name=value` line at the very top.
package struct Directive: Hashable, Sendable {
    /// In lower case.
    package var name: String
    /// Everything after `=`, trimmed.
    package var value: String
    package var range: SourceRange

    package init(name: String, value: String, range: SourceRange) {
        self.name = name
        self.value = value
        self.range = range
    }
}

/// The directives of a file: `# syntax=`, `# escape=`, `# check=`.
package struct ParserDirectives: Hashable, Sendable {
    /// The front end image that is asked for; noted, never pulled.
    package var syntax: Directive?
    package var check: Directive?
    /// The `# escape=` line, if there is one.
    package var escapeDirective: Directive?
    /// The escape character: `\` or `` ` ``.
    package var escape: UInt8 = UInt8(ascii: "\\")

    package init() {}
}
