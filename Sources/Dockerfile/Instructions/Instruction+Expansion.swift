extension Instruction {
    /// The instruction with its words expanded, exactly those that BuildKit expands: the arguments of `ADD`, `COPY`,
    /// `ENV`, `EXPOSE`, `LABEL`, `STOPSIGNAL`, `USER`, `VOLUME`, `WORKDIR`, `--chown`, `--chmod`, `--checksum`, the
    /// fields of `--mount` and the content of unquoted here-documents in `COPY` and `ADD`. `ARG` is left alone: its
    /// default counts only when no build argument replaces it, so the build expands it.
    ///
    /// `RUN`'s ``RunInstruction/mounts`` are there afterwards. All words of one instruction see the values from before
    /// it: `ENV a=1 b=$a` uses the old `a`.
    package func expanded(in scope: inout ExpansionScope) throws(InstructionError) -> Instruction {
        do throws(WordError) {
            switch self {
            case .add(var add):
                add.chown = try scope.optional(add.chown)
                add.chmod = try scope.optional(add.chmod)
                add.checksum = try scope.optional(add.checksum)
                add.sources = try scope.each(add.sources)
                add.destination = try scope.word(add.destination)
                add.inlineSources = try scope.inline(add.inlineSources)
                return .add(add)
            case .copy(var copy):
                copy.chown = try scope.optional(copy.chown)
                copy.chmod = try scope.optional(copy.chmod)
                copy.sources = try scope.each(copy.sources)
                copy.destination = try scope.word(copy.destination)
                copy.inlineSources = try scope.inline(copy.inlineSources)
                return .copy(copy)
            case .env(let pairs): return .env(try scope.pairs(pairs))
            case .label(let pairs): return .label(try scope.pairs(pairs))
            case .expose(let words):
                var all: [String] = []
                for word in words { all += try scope.words(word) }
                return .expose(all)
            case .stopSignal(let word): return .stopSignal(try scope.word(word))
            case .user(let word): return .user(try scope.word(word))
            case .volume(let words): return .volume(try scope.each(words))
            case .workdir(let word): return .workdir(try scope.word(word))
            case .arg, .cmd, .entrypoint, .healthcheck, .maintainer, .onbuild, .shell: return self
            case .run: break
            }
        } catch {
            throw error.instructionError
        }
        guard case .run(var run) = self else { return self }
        run.mounts = []
        for flag in run.mountFlags {
            run.mounts.append(
                try Mount.parse(flag) { (word) throws(WordError) in try scope.word(word) })
        }
        return .run(run)
    }
}

extension WordError {
    /// The error of the instruction that the word stands in.
    package var instructionError: InstructionError {
        InstructionError(id: "expansion", message: message, hint: hint, word: word)
    }

    private var hint: String? {
        if reason.contains("missing '}'") || reason.contains("(\u{FFFD})") { return "close ${ with }" }
        if reason.hasPrefix("unsupported modifier") {
            return "a Dockerfile knows ${x:-default}, ${x:+other}, ${x:?message}, ${x#prefix}, ${x%suffix} and ${x/a/b}"
        }
        if reason.hasSuffix("single-quote") || reason.hasSuffix("double-quote") {
            return "close the quote, or put \\ before it"
        }
        return nil
    }
}

extension ExpansionScope {
    fileprivate mutating func optional(_ word: String?) throws(WordError) -> String? {
        guard let word else { return nil }
        let text = try self.word(word)
        return text.isEmpty ? nil : text
    }

    fileprivate mutating func each(_ words: [String]) throws(WordError) -> [String] {
        var out: [String] = []
        for word in words { out.append(try self.word(word)) }
        return out
    }

    fileprivate mutating func pairs(_ pairs: [KeyValue]) throws(WordError) -> [KeyValue] {
        var out: [KeyValue] = []
        for pair in pairs {
            out.append(
                KeyValue(key: try word(pair.key), value: try word(pair.value), isLegacy: pair.isLegacy))
        }
        return out
    }

    fileprivate mutating func inline(_ sources: [InlineSource]) throws(WordError) -> [InlineSource] {
        var out = sources
        for index in out.indices where out[index].expands {
            guard let text = String(validating: out[index].content, as: UTF8.self) else { continue }
            out[index].content = Array(try heredoc(text).utf8)
        }
        return out
    }
}
