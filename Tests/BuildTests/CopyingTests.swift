import Linux
import OCI
import SystemPackage
import Testing

/// Layers made by copying are those that overlayfs would have made: the same archives, byte for byte.
@Suite struct CopyingTests {
    static let dockerfile = #"""
        FROM busybox
        RUN mkdir -p /d/in /e /g /gone/deep && echo a > /d/a && ln /d/a /d/b && echo c > /d/in/c && echo e > /e/e \
            && echo g > /g/g && echo f > /file && ln -s file /link && mkfifo /pipe && chmod 4755 /file && echo x > /gone/deep/x \
            && mkdir /late && echo 1 > /late/1
        RUN rm -rf /d && mkdir /d && echo new > /d/new && rm /e/e && chmod 700 /g && echo more >> /file \
            && rm /link && ln -s elsewhere /link && rm -r /gone && echo is-a-file-now > /gone
        RUN ln /file /second && rm /pipe && mkdir /pipe && mv /e /moved && touch -d '2001-02-03 04:05:06' /g/g && rm /gone && mkdir /gone
        COPY --chown=33:34 <<EOF /g/copied
        text
        EOF
        RUN true
        RUN rm -r /late; mkdir -p /late/deep; echo 2 > /late/deep/2; chown 33:34 /late/deep
        WORKDIR /moved/work
        """#

    @Test func bothWaysMakeTheSameLayers() async throws {
        let work = try Folder.make("lesson-copying")
        defer { Folder.remove(work) }
        let folder = try RootedDirectory(at: work)
        try folder.writeFile("Dockerfile", Array(Self.dockerfile.utf8))
        var layers: [[String]] = []
        for way in Layers.allCases {
            let output = try await Program.shared.docker(
                [
                    "build", "--network", "none", "--no-cache", "--build-arg", "SOURCE_DATE_EPOCH=1700000000",
                    "--output", "type=oci,dest=\(way).tar", ".",
                ], in: work, layers: way)
            try #require(output.status == 0, "\(output.standardError)")
            layers.append(try Self.layers(folder.readFile(FilePath("\(way).tar"), limit: 1 << 28)))
        }
        #expect(layers[0].count >= 8)
        // The first is the base, made in two stores at two times.
        #expect(layers[0].dropFirst() == layers[1].dropFirst())
    }

    /// What each layer says, entry by entry.
    private static func layers(_ archive: [UInt8]) throws -> [String] {
        let files = Dictionary(
            TarFile(archive).entries.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
        func blob(_ json: JSON?) -> [UInt8] {
            Array(files["blobs/" + (json?["digest"]?.string ?? "").replacing(":", with: "/")] ?? [])
        }
        let index = try JSON(parsing: Array(files["index.json"] ?? []))
        let manifest = try JSON(parsing: blob(index["manifests"]?.array?.first))
        return (manifest["layers"]?.array ?? []).map { layer in
            TarFile(blob(layer)).entries.map { entry in
                "\(entry.path) \(entry.type) \(entry.mode) \(entry.uid) \(entry.gid) \(entry.link) \(entry.modified) "
                    + String(decoding: entry.content.prefix(80), as: UTF8.self)
            }.joined(separator: "\n")
        }
    }
}
