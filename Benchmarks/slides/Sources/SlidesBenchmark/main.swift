import CCMarkBaseline
import Glibc
import Slides

/// Measures loading a course against what libcmark alone takes for the same bytes, in one run, turn by turn, and how the
/// time grows with the size.
///
/// usage: SlidesBenchmark DIRECTORY [ROUNDS [--course-only]]
func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return bytes }
        bytes.append(contentsOf: buffer[..<count])
    }
}

func files(in directory: String) -> [[UInt8]] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasSuffix(".md") { names.append(name) }
    }
    return names.sorted().map { read(directory + "/" + $0) }
}

/// What libcmark alone does: a tree of each file, made and freed.
func parse(_ texts: [[UInt8]]) {
    for text in texts {
        text.withUnsafeBytes { raw in
            let document = cmark_parse_document(raw.baseAddress, raw.count, CMARK_OPT_DEFAULT)
            cmark_node_free(document)
        }
    }
}

/// What the loader does: a deck of each file, made and dropped.
func load(_ texts: [[UInt8]]) -> Int {
    var slides = 0
    for text in texts { slides += Deck(parsing: text).slides.count }
    return slides
}

func milliseconds(_ work: () -> Void) -> Double {
    let duration = ContinuousClock().measure(work)
    let (seconds, attoseconds) = duration.components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

func decimals(_ value: Double) -> String {
    let tenths = Int((value * 100).rounded())
    return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100)"
}

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: SlidesBenchmark DIRECTORY [ROUNDS [--course-only]]")
    exit(64)
}
let course = files(in: arguments[1])
let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 21 : 21
let size = course.map(\.count).reduce(0) { $0 + $1 }
print("\(course.count) files, \(size) bytes, \(load(course)) slides and fragments, \(rounds) rounds")
var alone: [Double] = []
var loading: [Double] = []
var ratios: [Double] = []
for _ in 0..<rounds {
    alone.append(milliseconds { parse(course) })
    loading.append(milliseconds { _ = load(course) })
    ratios.append((loading.last ?? 0) / (alone.last ?? 1))
}
print("libcmark alone  median \(decimals(median(alone))) ms")
print("Deck(parsing:)  median \(decimals(median(loading))) ms")
print("ratio of medians \(decimals(median(loading) / median(alone))), median of ratios \(decimals(median(ratios)))")

if arguments.last == "--course-only" { exit(0) }

print("one deck of the course over and over:")
let whole = Array(course.joined(separator: Array("\n---\n".utf8)))
for factor in [1, 4, 10, 20, 40] {
    var text: [UInt8] = []
    text.reserveCapacity((whole.count + 5) * factor)
    for _ in 0..<factor { text += whole + Array("\n---\n".utf8) }
    var slides = 0
    let time = median((0..<3).map { _ in milliseconds { slides = Deck(parsing: text).slides.count } })
    let megabytes = Double(text.count) / 1e6
    print(
        "\(decimals(megabytes)) MB  \(slides) slides  \(decimals(time)) ms  "
            + "\(decimals(time / megabytes)) ms/MB")
}
