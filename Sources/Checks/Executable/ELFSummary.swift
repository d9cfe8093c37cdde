/// What an ELF file says of itself (System V ABI, "Object Files" and "Program Loading and Dynamic Linking").
package struct ELFSummary: Sendable, Hashable, Codable {
    package var is64Bit: Bool
    package var isBigEndian: Bool
    package var type: FileType
    /// `x86_64`, `aarch64`..., or `machine N`.
    package var machine: String
    /// The program that loads it; nil for a static one.
    package var interpreter: String?
    /// Names of shared libraries it needs.
    package var needed: [String]
    /// Directories it looks for them in first.
    package var runPaths: [String]
    /// Whether it has no symbol table.
    package var isStripped: Bool
    /// Whether it has a dynamic section: then it needs an interpreter or is a library.
    package var isDynamic: Bool
    /// Whether the file ends before what is to be loaded of it does.
    package var isCutOff: Bool

    package init(
        is64Bit: Bool = true, isBigEndian: Bool = false, type: FileType = .shared, machine: String = "x86_64",
        interpreter: String? = nil, needed: [String] = [], runPaths: [String] = [], isStripped: Bool = false,
        isDynamic: Bool = false, isCutOff: Bool = false
    ) {
        self.is64Bit = is64Bit
        self.isBigEndian = isBigEndian
        self.type = type
        self.machine = machine
        self.interpreter = interpreter
        self.needed = needed
        self.runPaths = runPaths
        self.isStripped = isStripped
        self.isDynamic = isDynamic
        self.isCutOff = isCutOff
    }

    /// Whether nothing outside the file is needed to start it.
    package var isStatic: Bool { interpreter == nil && needed.isEmpty }

    package enum FileType: String, Sendable, Hashable, Codable {
        case relocatable
        case executable
        /// A library, or a position-independent executable.
        case shared
        case core
        case other
    }
}

extension ELFSummary {
    /// The machine of an image's architecture, Docker's name (`amd64`) as `uname -m` has it; nil for one that is not known.
    static func machine(ofArchitecture name: String?) -> String? {
        switch name {
        case "amd64": "x86_64"
        case "arm64": "aarch64"
        case "386": "i386"
        case "arm", "riscv64", "s390x": name
        default: nil
        }
    }
}
