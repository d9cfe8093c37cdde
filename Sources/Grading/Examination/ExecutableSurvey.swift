import Checks

/// Finds what an image's command starts, and what that and other programs need to start.
struct ExecutableSurvey {
    let tree: FileTree
    let config: ConfigObservation
    let engine: any ExaminationEngine

    func observe(_ wanted: [ImagePath]) async -> [ExecutableObservation] {
        var observations: [ExecutableObservation] = []
        for path in commands() {
            var observation = await observe(path)
            observation.isCommand = true
            observations.append(observation)
            // What keeps the first from starting is the reason; the next is not reached.
            if !observation.exists || observation.missingInterpreter != nil { break }
        }
        for path in wanted where !observations.contains(where: { $0.path == path }) {
            observations.append(await observe(path))
        }
        // The program is the last thing that a shell line starts: it stands first.
        if observations.count > 1, observations[0].isCommand, observations[1].isCommand {
            observations[0].isCommand = false
        }
        return observations
    }

    /// The shell and the program of a shell form, or the program of an exec form, where they can be told.
    private func commands() -> [ImagePath] {
        let arguments = config.arguments
        guard let first = arguments.first else { return [] }
        let program = find(first) ?? direct(first)
        guard let program else { return [] }
        guard arguments.count >= 3, first.hasSuffix("sh"), arguments[1] == "-c" else { return [program] }
        guard tree.resolve(program) != nil else { return [program] }
        var words = arguments[2].split { $0 == " " || $0 == "\t" || $0 == "\n" }[...]
        if words.first == "exec" { words.removeFirst() }
        guard let word = words.first.map(String.init), !word.contains(where: { "=$`'\"\\;&|<>(){}*?[".contains($0) }),
            let inner = find(word) ?? (word.contains("/") ? direct(word) : nil)
        else { return [program] }
        return [program, inner]
    }

    /// A path as it is; a bare name only when it is there.
    private func direct(_ word: String) -> ImagePath? {
        word.hasPrefix("/") ? ImagePath(word) : ImagePath(config.workingDirectory + "/" + word)
    }

    private func find(_ word: String) -> ImagePath? {
        if word.contains("/") { return direct(word) }
        let path = config.environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return path.split(separator: ":").map { ImagePath("\($0)/\(word)") }.first { tree.resolve($0) != nil }
    }

    private func observe(_ path: ImagePath) async -> ExecutableObservation {
        guard let (entry, layer) = tree.resolve(path) else {
            return ExecutableObservation(path: path, exists: false, mode: 0)
        }
        var observation = ExecutableObservation(path: path, mode: entry.mode)
        guard entry.kind == .file || entry.kind == .hardlink,
            let file = await engine.file(entry.path, inLayer: layer)
        else { return observation }
        let content = FileContent(size: file.size, read: file.read)
        observation.content = content
        switch content {
        case .elf(let elf):
            if let interpreter = elf.interpreter, tree.resolve(ImagePath(interpreter)) == nil {
                observation.missingInterpreter = interpreter
            }
            observation.missingLibraries = await missingLibraries(of: elf, at: entry.path)
        case .script(let interpreter):
            if !interpreter.isEmpty, tree.resolve(ImagePath(interpreter)) == nil {
                observation.missingInterpreter = interpreter
            }
        default: break
        }
        return observation
    }

    /// Libraries that a program needs, or that one of its libraries needs, and that are nowhere a loader looks.
    private func missingLibraries(of program: ELFSummary, at path: ImagePath) async -> [String] {
        var missing: [String] = []
        var seen: Set<String> = []
        var pending = [(program, path)]
        // Far more libraries than any program has: a file that is made to have more is not followed.
        while let (elf, place) = pending.popLast(), seen.count < 300 {
            for name in elf.needed where seen.insert(name).inserted {
                guard let found = library(name, elf, program, beside: place) else {
                    missing.append(name)
                    continue
                }
                guard let file = await engine.file(found.entry.path, inLayer: found.layer) else { continue }
                if case .elf(let next) = FileContent(size: file.size, read: file.read) {
                    pending.append((next, found.entry.path))
                }
            }
        }
        return missing
    }

    /// Where a loader looks (ld.so(8)), for the layouts that distributions have.
    private func library(
        _ name: String, _ elf: ELFSummary, _ program: ELFSummary, beside path: ImagePath
    ) -> (entry: LayerTable.Entry, layer: String)? {
        if name.contains("/") { return tree.resolve(ImagePath(name)) }
        let origin = path.parent?.string ?? "/"
        // A program's DT_RPATH holds for its libraries too.
        var folders = (elf.runPaths + program.runPaths).map {
            $0.replacing("$ORIGIN", with: origin).replacing("${ORIGIN}", with: origin)
        }
        folders += (config.environment["LD_LIBRARY_PATH"] ?? "").split(separator: ":").map(String.init)
        let triplet = "\(elf.machine)-linux-gnu"
        folders += [
            "/lib/\(triplet)", "/usr/lib/\(triplet)", "/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib",
            "/usr/local/lib/\(triplet)",
        ]
        return folders.lazy.compactMap { tree.resolve(ImagePath("\($0)/\(name)")) }.first
    }
}
