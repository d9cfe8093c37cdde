/// `os/arch[/variant]`, normalised as containerd does (`x86_64` is `amd64`, `aarch64` is `arm64`).
package struct PlatformName: Hashable, Sendable, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?

    package var description: String {
        "\(os)/\(architecture)" + (variant.map { "/" + $0 } ?? "")
    }

    private static let systems: Set<String> = [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
        "openbsd", "plan9", "solaris", "windows", "zos",
    ]
    private static let architectures: Set<String> = [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle",
        "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc",
        "sparc64", "wasm",
    ]

    /// The architecture this program runs on, in Go's words.
    package static var hostArchitecture: String {
        #if arch(arm64)
            "arm64"
        #elseif arch(x86_64)
            "amd64"
        #else
            "unknown"
        #endif
    }

    /// A malformed name is an error.
    package init(_ text: String) throws(InstructionError) {
        func failure(_ message: String) -> InstructionError {
            InstructionError(
                id: "platform", message: message + ": invalid argument",
                hint: "write a platform as in linux/amd64 or linux/arm64", word: text)
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        for (part, lower) in zip(text.split(separator: "/", omittingEmptySubsequences: false), parts) {
            let isValid = lower.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "_.-".utf8.contains($0)
            }
            guard isValid, !lower.isEmpty else {
                throw failure(
                    "\(GoQuote.quote(String(part))) is an invalid component of \(GoQuote.quote(text)): platform specifier component must match \"^[A-Za-z0-9_.-]+$\""
                )
            }
        }
        switch parts.count {
        case 1:
            let system = Self.system(parts[0])
            if Self.systems.contains(system) {
                (os, architecture, variant) = (system, Self.hostArchitecture, nil)
                return
            }
            (architecture, variant) = Self.architecture(parts[0], nil)
            os = "linux"
            if architecture == "arm", variant == "v7" { variant = nil }
            guard Self.architectures.contains(architecture) else {
                throw failure("\(GoQuote.quote(text)): unknown operating system or architecture")
            }
        case 2:
            os = Self.system(parts[0])
            (architecture, variant) = Self.architecture(parts[1], nil)
            if architecture == "arm", variant == "v7" { variant = nil }
        case 3:
            os = Self.system(parts[0])
            (architecture, variant) = Self.architecture(parts[1], parts[2])
        default: throw failure("\(GoQuote.quote(text)): cannot parse platform specifier")
        }
    }

    private static func system(_ name: String) -> String { name == "macos" ? "darwin" : name }

    private static func architecture(_ name: String, _ variant: String?) -> (String, String?) {
        switch name {
        case "i386": return ("386", nil)
        case "x86_64", "x86-64", "amd64": return ("amd64", variant == "v1" ? nil : variant)
        case "aarch64", "arm64": return ("arm64", variant == "8" || variant == "v8" ? nil : variant)
        case "armhf": return ("arm", "v7")
        case "armel": return ("arm", "v6")
        case "arm":
            switch variant {
            case nil, "7": return ("arm", "v7")
            case "5", "6", "8": return ("arm", "v" + (variant ?? ""))
            default: return ("arm", variant)
            }
        default: return (name, variant)
        }
    }
}
