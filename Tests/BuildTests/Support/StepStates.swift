/// What became of the steps of a build, read from its plain progress.
struct StepStates {
    enum State: Equatable {
        case ran, cached
    }

    /// By the words of the step, without its place: `RUN true`.
    private var states: [String: State] = [:]

    init(_ progress: String) {
        var names: [Substring: String] = [:]
        for line in progress.split(separator: "\n") where line.hasPrefix("#") {
            let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let (number, words) = (parts[0], parts[1])
            if words == "CACHED" {
                if let name = names[number] { states[name] = .cached }
            } else if words.hasPrefix("DONE ") {
                if let name = names[number] { states[name] = .ran }
            } else if words.hasPrefix("["), let end = words.firstIndex(of: "]") {
                names[number] = String(words[end...].dropFirst(2))
            }
        }
    }

    /// What became of the step that begins with these words; nil when there was none.
    subscript(_ words: String) -> State? { states.first { $0.key.hasPrefix(words) }?.value }
}
