import Testing

@testable import Dockerfile

struct ExpansionTests {
    private func expanded(_ line: String, _ values: [String: String] = ["x": "1", "two": "a b"]) throws -> (
        Instruction, [String]
    ) {
        let dockerfile = try parsed("FROM a\n" + line)
        var scope = ExpansionScope(expander: dockerfile.wordExpander) { values[$0] }
        let result = try #require(dockerfile.stages[0].commands.first).instruction.expanded(in: &scope)
        return (result, scope.unset)
    }

    @Test(
        arguments: [
            ("ENV a=$x b=$a", Instruction.env([KeyValue(key: "a", value: "1"), KeyValue(key: "b", value: "")])),
            ("ENV k$x=v", .env([KeyValue(key: "k1", value: "v")])),
            ("LABEL a=\"$two\"", .label([KeyValue(key: "a", value: "a b")])),
            ("WORKDIR /$x", .workdir("/1")), ("USER $x:$x", .user("1:1")), ("VOLUME $two /c", .volume(["a b", "/c"])),
            ("STOPSIGNAL $x", .stopSignal("1")), ("EXPOSE $two $x", .expose(["a", "b", "1"])),
            ("CMD $x", .cmd(.shell("$x"))), ("ENTRYPOINT [\"$x\"]", .entrypoint(.exec(["$x"]))),
            ("SHELL [\"$x\"]", .shell(["$x"])),
            ("ARG a=$x", .arg(ArgumentInstruction(arguments: [.init(name: "a", value: "$x")]))),
        ])
    func expandsWhatBuildKitDoes(_ line: String, _ result: Instruction) throws {
        #expect(try expanded(line).0 == result)
    }

    @Test func expandsCopy() throws {
        guard
            case .copy(let copy) = try expanded(
                "COPY --from=$x --chown=$x --chmod=$x --exclude=$x a$x <<E <<'F' /$x\n$x '$x'\nE\n$x\nF\n"
            ).0
        else { return #expect(Bool(false)) }
        #expect(copy.from == "$x")
        #expect(copy.chown == "1" && copy.chmod == "1")
        #expect(copy.excludes == ["$x"])
        #expect(copy.sources == ["a1"] && copy.destination == "/1")
        #expect(copy.inlineSources.map { String(decoding: $0.content, as: UTF8.self) } == ["1 '1'\n", "$x\n"])
    }

    @Test func expandsMountsOfRunOnly() throws {
        guard case .run(let run) = try expanded("RUN --mount=type=cache,target=/$x,id=$two echo $x").0 else {
            return #expect(Bool(false))
        }
        #expect(run.commandLine == .shell("echo $x"))
        #expect(run.mounts.first?.target == "/1")
        #expect(run.mounts.first?.id == "a b")
    }

    @Test func notesUnsetVariables() throws { #expect(try expanded("COPY $no ${nor:-x} $x /").1 == ["no", "nor"]) }

    @Test(
        arguments: [
            ("type=cache,target=/a", "cache  /a rw"), ("target=/a,source=b", "bind b /a ro"),
            ("target=/a,rw", "bind  /a rw"),
            ("type=tmpfs,dst=/a,size=1.5k", "tmpfs  /a rw 1536"),
            ("type=secret,id=k,env=K,required", "secret   ro env K required"),
            ("type=cache,target=/a,sharing=locked,mode=0700,uid=1,gid=2,ro=false", "cache  /a rw locked 448 1 2"),
            ("type=ssh,mode=0600", "ssh   ro 384"), ("\"target=/a,b\",readonly=0", "bind  /a,b rw"),
        ])
    func readsMounts(_ text: String, _ description: String) throws {
        let mount = try Mount.parse(text) { $0 }
        var words = [mount.kind.rawValue, mount.source, mount.target, mount.isReadOnly ? "ro" : "rw"]
        if let sharing = mount.sharing { words.append(sharing.rawValue) }
        if let mode = mount.mode { words.append(String(mode)) }
        words += [mount.uid, mount.gid].compactMap { $0.map { String($0) } }
        if let size = mount.size { words.append(String(size)) }
        if let name = mount.environmentVariable { words.append("env " + name) }
        if mount.isRequired { words.append("required") }
        #expect(words.joined(separator: " ") == description)
    }

    @Test(
        arguments: [
            "", "target", "type=bnd", "type=cache,sharing=all", "type=secret", "type=secret,source=a,id=b",
            "target=/a,mode=0600",
            "target=/a,size=1", "type=tmpfs,size=x", "uid=x,type=cache", "colour=red", "type=secret,id=a,from=b",
            "target=/a,required",
            "type=bind,sharing=shared", "ro=perhaps", "a\"b",
        ])
    func refusesMounts(_ text: String) throws {
        let error = try #require(throws: InstructionError.self) { try Mount.parse(text) { $0 } }
        #expect(!error.message.isEmpty && error.word == text)
    }
}
