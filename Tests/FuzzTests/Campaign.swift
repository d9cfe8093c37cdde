import Foundation
import Glibc

/// Many inputs, one after the other, for one parser. Runs in a process of its own, since what it looks for ends the
/// process: a trap, more memory or more time than any input may take.
struct Campaign {
    let target: FuzzTarget
    let seed: UInt64
    /// Where the input is kept while it is tried, and stays when it was too much.
    let record: String

    /// What one process may take, over what it has when it begins.
    private static let memory = 1 << 30
    /// Seconds of one input.
    private static let patience: UInt32 = 60

    /// Tries inputs, at most `iterations` or for `seconds`.
    func run(iterations: Int, seconds: Int?) throws {
        do {
            try explore(iterations: iterations, seconds: seconds)
        } catch {
            let tried = (try? String(contentsOfFile: record + ".txt", encoding: .utf8)) ?? target.rawValue + "\n"
            try Data("\(tried)\(error)\n".utf8).write(to: URL(fileURLWithPath: record + ".txt"))
            throw error
        }
    }

    private func explore(iterations: Int, seconds: Int?) throws {
        Self.bound()
        let subject = try target.subject()
        // Without this every later finding would be of an input that never was one.
        for input in subject.seeds { try attempt(input, "a seed", subject) }
        for input in subject.seeds {
            for length in [0, 1, 2, 4, 8, 16, 32, 64] + (1..<16).map({ input.count * $0 / 16 }) {
                try attempt(Array(input.prefix(length)), "a seed's first \(length) bytes", subject)
            }
        }
        let end = Date(timeIntervalSinceNow: Double(seconds ?? 0))
        var iteration = 0
        while seconds == nil ? iteration < iterations : Date() < end {
            var mutator = Mutator(
                seeds: subject.seeds, words: subject.words, longest: subject.longest,
                seed: seed &* 0x1_0000_0001 &+ UInt64(iteration))
            var input = mutator.input()
            subject.repair(&input, &mutator)
            try attempt(input, "seed \(seed), iteration \(iteration)", subject)
            iteration += 1
        }
        unlink(record)
        unlink(record + ".txt")
    }

    /// Tries one input that was kept.
    func replay(_ path: String) throws {
        Self.bound()
        try target.subject().body([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private func attempt(_ input: [UInt8], _ name: String, _ subject: FuzzSubject) throws {
        try Data(input).write(to: URL(fileURLWithPath: record))
        try Data("\(target.rawValue): \(name)\n".utf8).write(to: URL(fileURLWithPath: record + ".txt"))
        alarm(Self.patience)
        try subject.body(input)
        alarm(0)
    }

    private static func bound() {
        // No core files: the input is what matters.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))
            .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }
        guard let pages else { return }
        let most = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + memory)
        var limit = rlimit(rlim_cur: most, rlim_max: most)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}

/// A parser with what it is fed.
struct FuzzSubject {
    /// Valid inputs, or nearly.
    var seeds: [[UInt8]]
    var words: [String] = []
    /// Bytes of the largest input.
    var longest = 64 << 10
    /// Makes checksums right again, most of the time, so that mutants get past them.
    var repair: (inout [UInt8], inout Mutator) -> Void = { _, _ in }
    /// Ends in a value or a typed error; throws `Finding` for anything else.
    var body: ([UInt8]) throws -> Void
}

/// What an input did that none may do.
struct Finding: Error, CustomStringConvertible {
    var description: String
}
