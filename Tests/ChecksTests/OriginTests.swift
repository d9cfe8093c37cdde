import Testing

@testable import Checks

private typealias S = Samples

@Suite struct OriginTests {
    private static let layers: [String: [String]] = [
        "c1": ["/hello.c"], "c2": ["/hello"], "f1": ["/hello"], "t": ["/app/sub/x"], "m": ["/out/hello"],
    ]

    private func origin(_ path: String, _ change: (inout BuildGraph) -> Void = { _ in }) async -> Origin {
        var graph = S.graph
        change(&graph)
        var tracer = OriginTracer(
            graph: graph,
            layers: OriginTracer.Layers { layer in
                Self.layers[layer].map { paths in
                    LayerTable(id: layer, entries: paths.map { .init(path: ImagePath($0), kind: .file) })
                }
            })
        return await tracer.origin(of: ImagePath(path))
    }

    @Test func followsACopyIntoTheStageThatMadeIt() async {
        let origin = await origin("/hello")
        #expect(origin.chain.map(\.line) == [5, 3])
        #expect(origin.chain.map(\.relation) == [.copied, .made])
        #expect(origin.chain.last?.stageName == "compiler")
        #expect(origin.end == .built)
        #expect(
            origin.sentence(dockerfile: "Dockerfile")
                == "from `COPY --from=compiler /hello /hello` (Dockerfile:5), made in stage `compiler` by `RUN make hello` (Dockerfile:3)"
        )
    }

    @Test func findsTheContextFileUnderAnotherName() async {
        let origin = await origin("/hello") {
            $0.stages[1].steps[0].sources[0] = .init(
                from: .context, path: ImagePath("bin/smuggled"), destination: ImagePath("/hello"))
        }
        #expect(origin.end == .context(ImagePath("/bin/smuggled")))
    }

    @Test func mapsPathsBelowACopiedFolder() async {
        let origin = await origin("/app/sub/x") {
            $0.stages[1].steps = [
                .init(
                    kind: "COPY", line: 9, text: "COPY . /app", layer: "t",
                    sources: [
                        .init(from: .context, path: ImagePath("/src"), destination: ImagePath("/app"), isTree: true)
                    ])
            ]
        }
        #expect(origin.end == .context(ImagePath("/src/sub/x")))
        #expect(origin.chain.first?.isPartOfTree == true)
    }

    @Test func namesTheArchiveThatAFileWasUnpackedFrom() async {
        let origin = await origin("/app/sub/x") {
            $0.stages[1].steps = [
                .init(
                    kind: "ADD", line: 9, text: "ADD src.tar /app", layer: "t",
                    sources: [
                        .init(
                            from: .context, path: ImagePath("/src.tar"), destination: ImagePath("/app"), isTree: true,
                            isArchive: true)
                    ])
            ]
        }
        #expect(origin.end == .context(ImagePath("/src.tar")))
        #expect(origin.chain.map(\.relation) == [.unpacked])
        #expect(origin.sentence(dockerfile: "Dockerfile").hasSuffix("unpacked from src.tar in your folder"))
    }

    @Test func looksThroughMountsOfStages() async {
        let origin = await origin("/out/hello") {
            $0.stages[1].steps = [
                .init(
                    kind: "RUN", line: 6, text: "RUN --mount=from=compiler,target=/x cp /x/hello /out/", layer: "m",
                    mounts: [.init(from: .stage(0), source: .root, target: ImagePath("/x"))])
            ]
        }
        #expect(origin.chain.map(\.line) == [6, 3])
        #expect(origin.end == .built)
    }

    @Test func tellsImagesInlineTextsAndTheBaseApart() async {
        func end(_ place: BuildGraph.Place) async -> Origin.End {
            await origin("/hello") { $0.stages[1].steps[0].sources[0].from = place }.end
        }
        let (image, inline, url) = (await end(.image("busybox")), await end(.inline), await end(.url))
        #expect(image == .image("busybox"))
        #expect(inline == .inline)
        #expect(url == .url)
        let base = await origin("/bin/sh")
        #expect(base.end == .base("plain"))
        #expect(base.endPath == ImagePath("/bin/sh"))
    }

    @Test func goesThroughStagesThatStandOnStages() async {
        let origin = await origin("/hello") {
            $0.stages.append(.init(base: .stage(1), line: 8))
            $0.finalStage = 2
        }
        #expect(origin.chain.map(\.line) == [5, 3])
    }

    @Test func endsOnADamagedGraph() async {
        let circle = await origin("/hello") { $0.stages[1].steps[0].sources[0].from = .stage(1) }
        #expect(circle.chain.count == 1)
        let standing = await origin("/x") { $0.stages[1].base = .stage(1) }
        #expect(standing.end == .unknown)
        let none = await origin("/x") { $0.finalStage = 77 }
        #expect(none.end == .unknown)
        let negative = await origin("/hello") { $0.stages[1].steps[0].sources[0].from = .stage(-3) }
        #expect(negative.chain.count == 1)
    }
}
