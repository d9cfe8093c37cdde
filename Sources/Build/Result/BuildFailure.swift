package import Diagnostics

/// A build that did not come to its end, and whose fault that is.
package struct BuildFailure: Error, Sendable {
    /// Who has to do something about it.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// The Dockerfile, the files beside it, or a limit that a step ran into.
        case learner
        /// This machine: no base image, no sandbox, a full disk, a damaged store.
        case environment
        /// Somebody stopped it.
        case cancelled
    }

    package var kind: Kind
    /// What is wrong and where; `id` is stable, e.g. `copy-source-missing`.
    package var diagnostic: Diagnostic
    /// More that was found wrong on the way.
    package var others: [Diagnostic] = []
    /// The last output of the step that failed, at most 64 KiB.
    package var lastOutput: [UInt8] = []
    /// The same, standard output before standard error, so that it is the same in every run; at most 128 KiB.
    package var lastOutputByStream: [UInt8] = []
    /// The status of the process that failed.
    package var exitCode: Int32?
    /// What had been built until then.
    package var record = BuildRecord()

    package init(_ kind: Kind, _ diagnostic: Diagnostic) {
        self.kind = kind
        self.diagnostic = diagnostic
    }

    /// First and last Dockerfile line that it is about, nil when it is about none.
    package var lines: ClosedRange<Int>? {
        guard let range = diagnostic.range, range.start.line > 0 else { return nil }
        return range.start.line...max(range.start.line, range.lastLine)
    }

    /// `FILE:LINE[-LINE]: error: message`, the last line that `docker build` prints.
    package var headline: String {
        var place = SafeText(line: diagnostic.file ?? "Dockerfile").description
        if let lines {
            place += ":\(lines.lowerBound)"
            if lines.count > 1 { place += "-\(lines.upperBound)" }
        }
        return "\(place): error: \(SafeText(line: diagnostic.message))"
    }
}
