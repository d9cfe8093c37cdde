import Testing

@testable import Checks

/// What a `RUN` did is told by the content of files: layers in memory, one stage over a base, and one before it.
@Suite struct OriginContentTests {
    /// A file of a layer: its bytes, its mode.
    private struct File {
        var bytes: [UInt8]
        var mode: UInt16 = 0o755
        var kind = LayerTable.Kind.file
    }

    private static let long = [UInt8](repeating: 7, count: 100)
    private static let gone = File(bytes: [], kind: .whiteout)

    /// The smallest ELF file with a build id, and what else tells it apart.
    private static func program(id: UInt8, _ rest: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 + 56 + 20)
        bytes.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        bytes[16] = 2
        bytes[18] = 62
        bytes[32] = 64  // e_phoff
        bytes[54] = 56  // e_phentsize
        bytes[56] = 1  // e_phnum
        bytes[64] = 4  // PT_NOTE
        bytes[64 + 8] = 120  // p_offset
        bytes[64 + 32] = 20  // p_filesz
        bytes[120] = 4  // the length of the name
        bytes[124] = 4  // the length of the id
        bytes[128] = 3  // NT_GNU_BUILD_ID
        bytes.replaceSubrange(132..<136, with: Array("GNU\0".utf8))
        bytes.replaceSubrange(136..<140, with: [id, 1, 2, 3])
        return bytes + Array(rest.utf8)
    }

    private typealias Step = BuildGraph.Step

    private static func run(_ line: Int, _ text: String, _ layer: String, _ mounts: [BuildGraph.Mount] = []) -> Step {
        Step(kind: "RUN", line: line, text: "RUN \(text)", layer: layer, mounts: mounts)
    }

    private static func copy(_ line: Int, _ layer: String, _ from: BuildGraph.Place, _ path: String, _ to: String)
        -> Step
    {
        Step(
            kind: "COPY", line: line, text: "COPY \(path) \(to)", layer: layer,
            sources: [.init(from: from, path: ImagePath(path), destination: ImagePath(to))])
    }

    private func origin(
        _ path: String, _ steps: [Step], compiler: [Step] = [], _ layers: [String: [String: File]],
        context: [String: String] = [:]
    ) async -> Origin {
        let graph = BuildGraph(
            stages: [
                .init(name: "compiler", base: .image("gcc"), baseName: "gcc", line: 1, steps: compiler),
                .init(base: .image("debian"), baseName: "debian", line: 10, steps: steps, baseLayers: ["base"]),
            ], finalStage: 1)
        var tracer = OriginTracer(
            graph: graph,
            layers: OriginTracer.Layers(
                table: { id in
                    layers[id].map { files in
                        LayerTable(
                            id: id,
                            entries: files.map { path, file in
                                .init(
                                    path: ImagePath(path), kind: file.kind, mode: file.mode,
                                    size: Int64(file.bytes.count))
                            })
                    }
                },
                content: { id, path in
                    guard let file = layers[id]?[path.string], file.kind == .file else { return nil }
                    return LayerContent(size: UInt64(file.bytes.count)) { offset, count in
                        Array(file.bytes.dropFirst(Int(clamping: offset)).prefix(count))
                    }
                }), contextFiles: context)
        return await tracer.origin(of: ImagePath(path))
    }

    @Test func followsAFileThatWasMoved() async {
        let origin = await origin(
            "/hello", [Self.copy(11, "a", .context, "/x.bin", "/x.bin"), Self.run(12, "mv /x.bin /hello", "b")],
            ["a": ["/x.bin": File(bytes: Self.long)], "b": ["/hello": File(bytes: Self.long), "/x.bin": Self.gone]])
        #expect(origin.chain.map(\.line) == [12, 11])
        #expect(origin.chain.map(\.relation) == [.renamed, .copied])
        #expect(origin.end == .context(ImagePath("/x.bin")))
    }

    @Test func followsAMoveOfTwoBytes() async {
        let origin = await origin(
            "/y", [Self.copy(11, "a", .context, "/x", "/x"), Self.run(12, "mv x y", "b")],
            ["a": ["/x": File(bytes: [1, 2])], "b": ["/y": File(bytes: [1, 2]), "/x": Self.gone]])
        #expect(origin.end == .context(ImagePath("/x")))
    }

    @Test func doesNotTakeTheSameFewBytesForACopy() async {
        let origin = await origin(
            "/y", [Self.copy(11, "a", .context, "/other", "/other"), Self.run(12, "echo > /y", "b")],
            ["a": ["/other": File(bytes: [10])], "b": ["/y": File(bytes: [10])]])
        #expect(origin.end == .built)
        #expect(origin.chain.map(\.line) == [12])
    }

    @Test func saysWhoMadeTheContentAndWhoChangedTheMode() async {
        let origin = await origin(
            "/hello", [Self.copy(11, "a", .stage(0), "/hello", "/hello"), Self.run(12, "chmod 700 /hello", "b")],
            compiler: [Self.run(2, "make hello", "c")],
            [
                "c": ["/hello": File(bytes: Self.long)], "a": ["/hello": File(bytes: Self.long)],
                "b": ["/hello": File(bytes: Self.long, mode: 0o700)],
            ])
        #expect(origin.chain.map(\.line) == [12, 11, 2])
        #expect(origin.chain.map(\.relation) == [.metadata, .copied, .made])
        #expect(origin.chain.first?.detail == "mode 0755 to 0700")
        #expect(
            origin.sentence(dockerfile: "D")
                == "from `COPY /hello /hello` (D:11), made in stage `compiler` by `RUN make hello` (D:2), mode 0755 to 0700 by `RUN chmod 700 /hello` (D:12)"
        )
    }

    @Test func findsTheBasesFileUnderAnotherName() async {
        let origin = await origin(
            "/hello", [Self.run(11, "cp /usr/bin/true /hello", "a")],
            ["base": ["/usr/bin/true": File(bytes: Self.long)], "a": ["/hello": File(bytes: Self.long)]])
        #expect(origin.chain.map(\.relation) == [.renamed])
        #expect(origin.end == .base("debian"))
        #expect(origin.endPath == ImagePath("/usr/bin/true"))
    }

    @Test func tellsStripFromAnotherProgramOfTheSameName() async {
        func origin(id: UInt8) async -> Origin {
            await self.origin(
                "/hello", [Self.copy(11, "a", .context, "/hello", "/hello"), Self.run(12, "strip /hello", "b")],
                [
                    "a": ["/hello": File(bytes: Self.program(id: 1, "symbols"))],
                    "b": ["/hello": File(bytes: Self.program(id: id, ""))],
                ])
        }
        let stripped = await origin(id: 1)
        #expect(stripped.chain.map(\.relation) == [.derived, .copied])
        #expect(stripped.end == .context(ImagePath("/hello")))
        let other = await origin(id: 2)
        #expect(other.chain.map(\.relation) == [.made])
        #expect(other.end == .built)
        #expect(other.chain.first?.replaced == .line(11))
    }

    @Test func followsStripIntoAnotherNameThroughAMount() async {
        let origin = await origin(
            "/small",
            [
                Self.run(
                    11, "--mount=from=compiler,target=/x strip -o /small /x/hello", "a",
                    [.init(from: .stage(0), source: .root, target: ImagePath("/x"))])
            ], compiler: [Self.run(2, "make hello", "c")],
            [
                "c": ["/hello": File(bytes: Self.program(id: 5, "symbols"))],
                "a": ["/small": File(bytes: Self.program(id: 5, ""))],
            ])
        #expect(origin.chain.map(\.line) == [11, 2])
        #expect(origin.chain.map(\.relation) == [.derived, .made])
    }

    @Test func findsTheContextFileBehindAMount() async {
        let content = LayerContent(size: UInt64(Self.long.count)) { offset, count in
            Array(Self.long.dropFirst(Int(clamping: offset)).prefix(count))
        }
        let origin = await origin(
            "/hello",
            [
                Self.run(
                    11, "--mount=target=/ctx cp /ctx/x.bin /hello", "a",
                    [.init(from: .context, source: .root, target: ImagePath("/ctx"))])
            ], ["a": ["/hello": File(bytes: Self.long)]], context: ["x.bin": content.digest() ?? ""])
        #expect(origin.end == .context(ImagePath("/x.bin")))
    }

    @Test func findsWhatWasCopiedThroughALink() async {
        // `COPY --from=compiler /lib/x /x`, where /lib is a link to /usr/lib; and to /bin, a link to /usr/bin.
        let source = BuildGraph.Source(
            from: .stage(0), path: ImagePath("/lib"), destination: ImagePath("/bin"), isTree: true)
        let origin = await origin(
            "/usr/bin/x",
            [Step(kind: "COPY", line: 11, text: "COPY --from=compiler /lib /bin", layer: "a", sources: [source])],
            compiler: [Self.run(2, "make", "c")],
            ["c": ["/lib/x": File(bytes: Self.long)], "a": ["/usr/bin/x": File(bytes: Self.long)]])
        #expect(origin.chain.map(\.line) == [11, 2])
        #expect(origin.chain.last?.path == ImagePath("/lib/x"))
    }

    @Test func saysWhatAStepReplaced() async {
        let origin = await origin(
            "/etc/motd", [Self.copy(11, "a", .inline, "motd", "/etc/motd")],
            ["base": ["/etc/motd": File(bytes: [1])], "a": ["/etc/motd": File(bytes: [2])]])
        #expect(origin.end == .inline)
        #expect(origin.chain.first?.replaced == .base)
    }

    @Test func namesTheFirstStepThatMadeADirectory() async {
        let folder = File(bytes: [], kind: .directory)
        let origin = await origin(
            "/srv/app", [Self.run(11, "mkdir -p /srv/app", "a"), Self.run(12, "touch /srv/app/x", "b")],
            ["a": ["/srv/app": folder], "b": ["/srv/app": folder, "/srv/app/x": File(bytes: [1])]])
        #expect(origin.chain.map(\.line) == [11])
        #expect(origin.end == .built)
    }
}
