/// What an image runs on (OCI image-spec, "Image Index": `platform`), in Go's words: `linux/arm64/v8`.
package struct Platform: Hashable, Sendable, Codable, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?

    package init(os: String = "linux", architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `os/architecture[/variant]`, or an architecture alone for Linux; `x86_64` and `aarch64` are understood.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 64 }),
            parts.joined().utf8.allSatisfy({ Self.allowed($0) })
        else { return nil }
        switch parts.count {
        case 1:
            if parts[0] == "linux" { self = .host } else { self.init(architecture: Self.normal(parts[0])) }
        case 2: self.init(os: parts[0], architecture: Self.normal(parts[1]))
        default: self.init(os: parts[0], architecture: Self.normal(parts[1]), variant: parts[2])
        }
    }

    /// The platform this program was compiled for.
    package static var host: Platform {
        #if arch(x86_64)
            Platform(architecture: "amd64")
        #elseif arch(arm64)
            Platform(architecture: "arm64")
        #elseif arch(arm)
            Platform(architecture: "arm", variant: "v7")
        #else
            Platform(architecture: "unknown")
        #endif
    }

    package var description: String { ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/") }

    /// Whether an image made for `other` is what this asks for: `arm64` is `arm64/v8`.
    package func accepts(_ other: Platform) -> Bool {
        os == other.os && architecture == other.architecture && (variant == nil || implied == other.implied)
    }

    private var implied: String? { architecture == "arm64" ? variant ?? "v8" : variant }

    private static func normal(_ architecture: String) -> String {
        switch architecture {
        case "x86_64", "x86-64": "amd64"
        case "aarch64": "arm64"
        case "i386", "i686": "386"
        default: architecture
        }
    }

    private static func allowed(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}

extension Platform {
    package init?(json: JSON) {
        guard let os = json["os"]?.string, let architecture = json["architecture"]?.string else { return nil }
        self.init(os: os, architecture: architecture, variant: json["variant"]?.string)
    }

    package var json: JSON {
        .object(leavingOutNil: [
            "os": .string(os), "architecture": .string(architecture), "variant": variant.map { .string($0) },
        ])
    }
}
