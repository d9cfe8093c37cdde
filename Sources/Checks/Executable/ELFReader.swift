/// Reads the few facts of an ELF file that a verdict needs, trusting none of its numbers.
///
/// Reads headers by offset, so that a giant file costs no more than a small one. Every count is bounded; whatever
/// points outside the file is as if it were not there.
package struct ELFReader {
    private let size: UInt64
    private let source: (_ offset: UInt64, _ count: Int) -> [UInt8]
    private var is64 = true
    private var isBig = false

    private enum Limit {
        static let headers = 4096
        static let dynamicBytes = 64 << 10
        static let text = 4096
        static let needed = 1000
    }

    /// - Parameter read: at most `count` bytes from `offset`; fewer at the end of the file.
    package init(size: UInt64, read: @escaping (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        self.size = size
        source = read
    }

    package init(_ bytes: [UInt8]) {
        self.init(size: UInt64(bytes.count)) { offset, count in
            guard offset < UInt64(bytes.count), count > 0 else { return [] }
            let start = Int(offset)
            return Array(bytes[start..<min(bytes.count, start + count)])
        }
    }

    /// Whether bytes begin as an ELF file does.
    package static func hasMagic(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x7F, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F")])
    }

    /// nil for what is no ELF file, or whose header is cut off or makes no sense.
    package mutating func read() -> ELFSummary? {
        let ident = source(0, 20)
        guard ident.count == 20, Self.hasMagic(ident), ident[4] == 1 || ident[4] == 2, ident[5] == 1 || ident[5] == 2,
            ident[6] == 1
        else { return nil }
        is64 = ident[4] == 2
        isBig = ident[5] == 2
        let header = source(0, is64 ? 64 : 52)
        guard header.count == (is64 ? 64 : 52) else { return nil }
        var summary = ELFSummary(
            is64Bit: is64, isBigEndian: isBig, type: Self.type(number(header, 16, 2)),
            machine: Self.machine(number(header, 18, 2)), isStripped: true)
        let programs = table(
            offset: number(header, is64 ? 32 : 28, word), entry: number(header, is64 ? 54 : 42, 2),
            count: number(header, is64 ? 56 : 44, 2), least: is64 ? 56 : 32)
        let sections = table(
            offset: number(header, is64 ? 40 : 32, word), entry: number(header, is64 ? 58 : 46, 2),
            count: number(header, is64 ? 60 : 48, 2), least: is64 ? 64 : 40)
        summary.isStripped = !sections.contains { number($0, 4, 4) == 2 }  // SHT_SYMTAB
        var loads: [Segment] = []
        var dynamic: Segment?
        for program in programs {
            let segment = segment(program)
            switch number(program, 0, 4) {
            case 1:  // PT_LOAD
                loads.append(segment)
                if segment.offset > size || segment.fileSize > size - segment.offset { summary.isCutOff = true }
            case 2: dynamic = segment  // PT_DYNAMIC
            case 3: summary.interpreter = text(at: segment.offset, limit: segment.fileSize)  // PT_INTERP
            default: break
            }
        }
        if let dynamic {
            summary.isDynamic = true
            readDynamic(dynamic, loads, &summary)
        }
        return summary
    }

    /// The build id that the linker wrote (`NT_GNU_BUILD_ID`), which `strip` keeps; to be asked after ``read()``.
    package func buildID() -> [UInt8]? {
        let header = source(0, is64 ? 64 : 52)
        let programs = table(
            offset: number(header, is64 ? 32 : 28, word), entry: number(header, is64 ? 54 : 42, 2),
            count: number(header, is64 ? 56 : 44, 2), least: is64 ? 56 : 32)
        for program in programs where number(program, 0, 4) == 4 {  // PT_NOTE
            let segment = segment(program)
            let bytes = source(segment.offset, Int(min(segment.fileSize, UInt64(Limit.text))))
            var offset = 0
            while offset + 12 <= bytes.count {
                let name = Int(number(bytes, offset, 4) & 0xFFFF)
                let size = Int(number(bytes, offset + 4, 4) & 0xFFFF)
                let content = offset + 12 + (name + 3) / 4 * 4
                guard content + size <= bytes.count else { break }
                if number(bytes, offset + 8, 4) == 3, name == 4,
                    bytes[offset + 12..<offset + 15].elementsEqual("GNU".utf8),
                    size > 0
                {
                    return Array(bytes[content..<content + size])
                }
                offset = content + (size + 3) / 4 * 4
            }
        }
        return nil
    }

    private struct Segment {
        var offset: UInt64
        var address: UInt64
        var fileSize: UInt64
    }

    /// Bytes of an address or offset.
    private var word: Int { is64 ? 8 : 4 }

    private func segment(_ bytes: [UInt8]) -> Segment {
        is64
            ? Segment(offset: number(bytes, 8, 8), address: number(bytes, 16, 8), fileSize: number(bytes, 32, 8))
            : Segment(offset: number(bytes, 4, 4), address: number(bytes, 8, 4), fileSize: number(bytes, 16, 4))
    }

    private func readDynamic(_ dynamic: Segment, _ loads: [Segment], _ summary: inout ELFSummary) {
        let bytes = source(dynamic.offset, Int(min(dynamic.fileSize, UInt64(Limit.dynamicBytes))))
        var needed: [UInt64] = []
        var paths: [UInt64] = []
        var strings: UInt64?
        var offset = 0
        while offset + 2 * word <= bytes.count {
            let value = number(bytes, offset + word, word)
            switch number(bytes, offset, word) {
            case 0: offset = bytes.count  // DT_NULL
            case 1: needed.append(value)  // DT_NEEDED
            case 5: strings = value  // DT_STRTAB
            case 15, 29: paths.append(value)  // DT_RPATH, DT_RUNPATH
            default: break
            }
            offset += 2 * word
        }
        guard let strings, let table = fileOffset(of: strings, loads) else { return }
        func name(_ index: UInt64) -> String? {
            let (sum, overflow) = table.addingReportingOverflow(index)
            return overflow ? nil : text(at: sum, limit: UInt64(Limit.text))
        }
        summary.needed = needed.prefix(Limit.needed).compactMap(name)
        summary.runPaths = paths.prefix(8).compactMap(name).flatMap { $0.split(separator: ":").map(String.init) }
    }

    private func fileOffset(of address: UInt64, _ loads: [Segment]) -> UInt64? {
        for load in loads where address >= load.address && address - load.address < load.fileSize {
            let (sum, overflow) = load.offset.addingReportingOverflow(address - load.address)
            return overflow ? nil : sum
        }
        return nil
    }

    private func table(offset: UInt64, entry: UInt64, count: UInt64, least: UInt64) -> [[UInt8]] {
        guard offset > 0, offset < size, entry >= least, entry <= 1024 else { return [] }
        let bounded = min(count, UInt64(Limit.headers))
        let bytes = source(offset, Int(entry * bounded))
        return stride(from: 0, to: bytes.count - Int(entry) + 1, by: Int(entry)).map {
            Array(bytes[$0..<$0 + Int(entry)])
        }
    }

    /// The text up to a zero byte; nil when there is none within the limit.
    private func text(at offset: UInt64, limit: UInt64) -> String? {
        guard offset < size else { return nil }
        let bytes = source(offset, Int(min(limit, UInt64(Limit.text))))
        guard let end = bytes.firstIndex(of: 0), end > 0 else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        guard offset + count <= bytes.count else { return 0 }
        let slice = bytes[offset..<offset + count]
        return (isBig ? Array(slice) : slice.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func type(_ number: UInt64) -> ELFSummary.FileType {
        switch number {
        case 1: .relocatable
        case 2: .executable
        case 3: .shared
        case 4: .core
        default: .other
        }
    }

    /// `e_machine`, named as `uname -m` does.
    private static func machine(_ number: UInt64) -> String {
        switch number {
        case 3: "i386"
        case 8: "mips"
        case 20: "ppc"
        case 21: "ppc64"
        case 22: "s390x"
        case 40: "arm"
        case 62: "x86_64"
        case 183: "aarch64"
        case 243: "riscv64"
        case 258: "loongarch64"
        default: "machine \(number)"
        }
    }
}
