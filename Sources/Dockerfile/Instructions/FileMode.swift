/// A value of `--chmod`: octal, or symbolic as in `u=rwX,go+r` (POSIX `chmod`).
package struct FileMode: Hashable, Sendable {
    private enum Change: Hashable, Sendable {
        case absolute(UInt32)
        case symbolic(who: UInt32, isWhoGiven: Bool, action: UInt8, permissions: Permissions)
    }

    private enum Permissions: Hashable, Sendable {
        /// `rwx` as three bits, `X`, `s` and `t`.
        case bits(UInt32, conditionalExecute: Bool, setID: Bool, sticky: Bool)
        /// `u`, `g` or `o`: what these have, as a shift.
        case copy(UInt32)
    }

    private var changes: [Change]

    /// The umask that counts where nobody is named (`+w`): BuildKit's.
    private static let umask: UInt32 = 0o022

    /// A malformed value is an error.
    package init(_ text: String) throws(InstructionError) {
        func failure() -> InstructionError {
            InstructionError(
                id: "chmod",
                message: "invalid chmod parameter: '\(text)'. it should be octal string and between 0 and 07777",
                hint: "write octal digits as in --chmod=755, or changes as in --chmod=u=rwX,go=rX", word: text)
        }
        if let first = text.utf8.first, (0x30...0x39).contains(first) {
            guard text.utf8.allSatisfy({ (0x30...0x37).contains($0) }), let mode = UInt32(text, radix: 8),
                mode <= 0o7777
            else { throw failure() }
            changes = [.absolute(mode)]
            return
        }
        changes = []
        for clause in text.split(separator: ",", omittingEmptySubsequences: false) {
            var rest = clause.utf8[...]
            var who: UInt32 = 0
            while let byte = rest.first, let bits = Self.who(byte) {
                who |= bits
                rest = rest.dropFirst()
            }
            guard !rest.isEmpty else { throw failure() }
            while let action = rest.first {
                guard "+-=".utf8.contains(action) else { throw failure() }
                rest = rest.dropFirst()
                guard let permissions = Self.permissions(&rest) else { throw failure() }
                changes.append(
                    .symbolic(
                        who: who == 0 ? 0o7777 : who, isWhoGiven: who != 0, action: action, permissions: permissions))
            }
        }
    }

    private static func who(_ byte: UInt8) -> UInt32? {
        switch Unicode.Scalar(byte) {
        case "u": 0o4700
        case "g": 0o2070
        case "o": 0o1007
        case "a": 0o7777
        default: nil
        }
    }

    private static func permissions(_ rest: inout Substring.UTF8View) -> Permissions? {
        if let first = rest.first, let shift = ["u": 6, "g": 3, "o": 0][Unicode.Scalar(first)] as UInt32? {
            rest = rest.dropFirst()
            return .copy(shift)
        }
        var bits: UInt32 = 0
        var (conditional, setID, sticky) = (false, false, false)
        while let byte = rest.first, !"+-=".utf8.contains(byte) {
            switch Unicode.Scalar(byte) {
            case "r": bits |= 4
            case "w": bits |= 2
            case "x": bits |= 1
            case "X": conditional = true
            case "s": setID = true
            case "t": sticky = true
            default: return nil
            }
            rest = rest.dropFirst()
        }
        return .bits(bits, conditionalExecute: conditional, setID: setID, sticky: sticky)
    }

    /// Whether the value is plain octal: one mode for all files.
    package var absolute: UInt32? {
        if case .absolute(let mode)? = changes.first { return mode }
        return nil
    }

    /// The permission bits (07777) of a file that had `mode`.
    package func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 {
        var mode = mode & 0o7777
        for change in changes {
            switch change {
            case .absolute(let new): mode = new
            case .symbolic(let who, let isWhoGiven, let action, let permissions):
                var mask = who
                if !isWhoGiven { mask &= ~Self.umask }
                let value = Self.value(permissions, mode: mode, isDirectory: isDirectory) & mask
                switch Unicode.Scalar(action) {
                case "+": mode |= value
                case "-": mode &= ~value
                default:
                    // `=` clears what is named; the set-id bits of a directory stay unless they are named.
                    var cleared = who
                    if isDirectory, !isWhoGiven || value & 0o6000 == 0 { cleared &= ~0o6000 }
                    mode = mode & ~cleared | value
                }
            }
        }
        return mode
    }

    private static func value(_ permissions: Permissions, mode: UInt32, isDirectory: Bool) -> UInt32 {
        switch permissions {
        case .copy(let shift): return (mode >> shift & 7) * 0o111
        case .bits(var bits, let conditionalExecute, let setID, let sticky):
            if conditionalExecute, isDirectory || mode & 0o111 != 0 { bits |= 1 }
            return bits * 0o111 | (setID ? 0o6000 : 0) | (sticky ? 0o1000 : 0)
        }
    }
}
