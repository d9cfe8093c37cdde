/// A here-document: `<<EOF` and the lines up to `EOF`.
package struct Heredoc: Hashable, Sendable {
    /// The delimiter without quotes; also the file's name in `COPY` and `ADD`.
    package var name: String
    /// The descriptor before `<<`; 0 when none is written.
    package var descriptor: UInt
    /// Whether variables are expanded in the content (`COPY`, `ADD`): false as soon as a part of the name is quoted.
    package var expands: Bool
    /// `<<-`: leading tabs are dropped.
    package var chomps: Bool
    /// The lines as they are in the file, each with its line end; see ``chompedContent``.
    package var content: [UInt8]

    package init(name: String, descriptor: UInt = 0, expands: Bool = true, chomps: Bool = false, content: [UInt8] = [])
    {
        self.name = name
        self.descriptor = descriptor
        self.expands = expands
        self.chomps = chomps
        self.content = content
    }

    /// The content without the leading tabs of each line.
    package var chompedContent: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(content.count)
        var atLineStart = true
        for byte in content {
            if atLineStart, byte == UInt8(ascii: "\t") { continue }
            atLineStart = byte == UInt8(ascii: "\n")
            out.append(byte)
        }
        return out
    }

    /// What a consumer reads: chomped if `<<-` asked for it.
    package var effectiveContent: [UInt8] { chomps ? chompedContent : content }
}
