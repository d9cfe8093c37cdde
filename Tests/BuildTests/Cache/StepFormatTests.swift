import Images
import Linux
import OCI
import SystemPackage
import Testing

@testable import Build

/// What an older program kept is never read as something it is not: it is made again.
@Suite struct StepFormatTests {
    private let epoch = ["--build-arg", "SOURCE_DATE_EPOCH=1700000000"]

    private static let chain = Digest.sha256(of: "chain")

    private static let memory: StepMemory = {
        var source = CopySource(from: .stage(2), path: "/a", destination: "/b", isDirectory: true)
        source.unpacked = true
        return StepMemory(chain: chain, made: Timestamp(seconds: 1_700_000_000), sources: [source])
    }()

    private static let kept =
        #"{"chain":"\#(chain)","format":2,"made":"2023-11-14T22:13:20Z","sources":"#
        + #"[{"directory":true,"from":"stage:2","path":"/a","to":"/b","unpacked":true}]}"#

    /// When this fails because something more is kept, raise `StepMemory.format` with it.
    @Test func whatTheCacheKeepsOfAStepHasThisFormat() throws {
        #expect(String(decoding: Self.memory.bytes, as: UTF8.self) == Self.kept)
        #expect(StepMemory(bytes: Array(Self.kept.utf8)) == Self.memory)
    }

    @Test(arguments: [
        (#""format":2,"#, ""), (#""format":2"#, #""format":1"#), (#""format":2"#, #""format":3"#),
        (#""format":2"#, #""format":"2""#), (#""directory":true,"#, ""), (#","unpacked":true"#, ""),
        (#""from":"stage:2""#, #""from":"stage""#), (#""made":"2023-11-14T22:13:20Z","#, ""), ("sources", "files"),
        (#""chain":"sha256:"#, #""chain":""#),
    ])
    func anotherFormatIsNoEntry(_ part: String, _ other: String) {
        let text = Self.kept.replacing(part, with: other)
        #expect(text != Self.kept)
        #expect(StepMemory(bytes: Array(text.utf8)) == nil)
    }

    /// When this fails because the record says more, raise `BuildRecord.format` with it.
    @Test func theRecordOfABuildHasThisFormat() throws {
        var step = StepRecord(kind: "COPY", line: 2, endLine: 3, text: "COPY a b")
        step.sources = Self.memory.sources
        step.mounts = [MountOrigin(from: .context, source: "/", target: "/m")]
        var stage = StageRecord(index: 0, name: "one", base: .scratch, baseName: "scratch", line: 1)
        stage.steps = [step]
        var record = BuildRecord()
        record.stages = [stage]
        record.contextFiles = ["a": "00"]
        record.dockerfile = "Dockerfile"
        let text = String(decoding: record.encoded, as: UTF8.self)
        #expect(
            text
                == #"{"format":1,"record":{"contextFiles":{"a":"00"},"dockerfile":"Dockerfile","finalStage":0,"stages":"#
                + #"[{"base":{"scratch":{}},"baseName":"scratch","baseSnapshots":[],"index":0,"isFinalTarget":false,"#
                + #""line":1,"name":"one","skipped":true,"steps":[{"cached":false,"endLine":3,"kind":"COPY","line":2,"#
                + #""mounts":[{"from":{"context":{}},"source":"\/","target":"\/m"}],"seconds":0,"sources":[{"#
                + #""destination":"\/b","from":{"stage":{"_0":2}},"isDirectory":true,"path":"\/a","unpacked":true}],"#
                + #""text":"COPY a b"}]}]}}"#)
        #expect(BuildRecord(encoded: record.encoded) == record)
        for older in [
            text.replacing(#""format":1"#, with: #""format":0"#),
            String(text.dropFirst(#"{"format":1,"record":"#.count).dropLast()),
        ] {
            #expect(BuildRecord(encoded: Array(older.utf8)) == nil)
        }
    }

    @Test func aKeyIsMadeOfItsVersion() {
        #expect(StepKey.version == 2)
        #expect(
            StepKey.base(["layer"]).description
                == "sha256:2a1c843a29e477253216b6e479c24df6652ca6a8baca10498b0e95c12c154bcc")
    }

    /// What steps make, to the byte. When this fails, a step makes another layer than the program before made under the
    /// same key: raise `StepKey.version`, then write the new digests here.
    @Test func stepsMakeWhatTheirVersionSays() async throws {
        let folder = try Folder.make("lesson-format")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir -p context/tree/empty out; cd context
            echo file > tree/file; chmod 640 tree/file; ln -s file tree/link; ln tree/file tree/second
            cp -a tree packed; tar -cf packed.tar --owner=3 --group=4 packed; echo own > own
            find . -exec touch -h -d @1600000001.5 {} +
            cat > Dockerfile <<'EOF'
            FROM scratch AS one
            COPY tree /a/tree
            ADD --chown=5:6 tree /b/
            FROM scratch
            WORKDIR /made/here
            COPY --from=one /a /
            COPY --chmod=700 own new/own
            ADD packed.tar /unpacked/
            COPY --link own /linked/
            COPY <<END /text
            text
            END
            EOF
            """, in: folder)
        let built = try await Program.shared.docker(
            [
                "build", "-q", "--network", "none", "--output", "type=oci,dest=../out/image.tar",
            ] + epoch + ["."], in: folder.appending("context"))
        try #require(built.status == 0, "\(built.standardError)")
        let image = try BuiltImage(
            archive: RootedDirectory(at: folder).readFile("out/image.tar", limit: 1 << 24))
        let layers = try #require(image.config["rootfs"]?["diff_ids"]?.strings)
        // Where there is one id, what is unpacked belongs to it.
        let unpacked = Expectations.isForOneID ? "4245e11c250a30e5" : "f9793e24b2b453ee"
        #expect(
            layers.map { String($0.dropFirst(7).prefix(16)) } == [
                "685b2e9893d1e5bd", "1927ea4166fbb65e", "fa92b46ee90729fb", unpacked, "f7fb4f0dbfd163c7",
                "b29ecde630e0ce17",
            ])
    }

    /// A store as an older program leaves it, whose entries lack what this one keeps: all is made again, then found.
    @Test(arguments: [
        "kept.pop('format')", "[source.pop('unpacked') for source in kept['sources']]",
    ])
    func theEntriesOfAnOlderStoreAreMadeAgain(_ change: String) async throws {
        let folder = try Folder.make("lesson-older")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir context; echo text > context/file
            printf 'FROM scratch AS one\\nCOPY file /file\\nFROM scratch\\nCOPY --from=one /file /copy\\n' > context/Dockerfile
            cat > older.py <<'EOF'
            import hashlib, json, sqlite3
            store = sqlite3.connect("home/store/store.sqlite")
            rows = store.execute("SELECT key, snapshot, extra FROM steps").fetchall()
            assert len(rows) >= 2
            for key, snapshot, extra in rows:
                kept = json.loads(extra)
                \(change)
                extra = json.dumps(kept).encode()
                seal = hashlib.sha256(f"{key} {snapshot or ''} ".encode() + extra).hexdigest()[:32]
                store.execute("UPDATE steps SET extra = ?, seal = ? WHERE key = ?", (extra, seal, key))
            store.commit()
            EOF
            """, in: folder)
        func build() async throws -> (id: String, states: StepStates) {
            let place = folder.appending("context")
            let built = try await Program.run(
                ["docker", "build", "--progress", "plain", "--iidfile", "../id", "--network", "none"] + epoch + ["."],
                home: folder.appending("home"), in: place)
            try #require(built.status == 0, "\(built.standardError)")
            #expect(!built.standardError.contains("damaged"))
            return (try await Shell.run("cat id", in: folder), StepStates(built.standardError))
        }
        let first = try await build()
        #expect(try await build().states["COPY --from"] == .cached)
        try await Shell.run("python3 older.py", in: folder)
        let again = try await build()
        #expect(again.states["COPY file"] == .ran && again.states["COPY --from"] == .ran)
        #expect(again.id == first.id)
        #expect(try await build().states["COPY --from"] == .cached)
    }
}
