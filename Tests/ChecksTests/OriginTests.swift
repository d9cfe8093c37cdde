import Testing

@testable import Checks

private typealias S = Samples

@Suite struct OriginTests {
    private static let layers: [String: [String]] = [
        "c1": ["/hello.c"], "c2": ["/hello"], "f1": ["/hello"], "t": ["/app/sub/x"], "m": ["/out/hello"],
    ]

    private func origin(_ path: String, _ change: (inout BuildGraph) -> Void = { _ in }) -> Origin {
        var graph = S.graph
        change(&graph)
        return OriginTracer(graph: graph) { layer, path in
            Self.layers[layer]?.contains(path.string) == true ? .file : nil
        }.origin(of: ImagePath(path))
    }

    @Test func followsACopyIntoTheStageThatMadeIt() {
        let origin = origin("/hello")
        #expect(origin.chain.map(\.line) == [5, 3])
        #expect(origin.chain.last?.stageName == "compiler")
        #expect(origin.end == .built)
        #expect(
            origin.sentence(dockerfile: "Dockerfile")
                == "from `COPY --from=compiler /hello /hello` (Dockerfile:5), made in stage `compiler` by `RUN make hello` (Dockerfile:3)"
        )
    }

    @Test func findsTheContextFileUnderAnotherName() {
        let origin = origin("/hello") {
            $0.stages[1].steps[0].sources[0] = .init(
                from: .context, path: ImagePath("bin/smuggled"), destination: ImagePath("/hello"))
        }
        #expect(origin.end == .context(ImagePath("/bin/smuggled")))
    }

    @Test func mapsPathsBelowACopiedFolder() {
        let origin = origin("/app/sub/x") {
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

    @Test func looksThroughMountsOfStages() {
        let origin = origin("/out/hello") {
            $0.stages[1].steps = [
                .init(
                    kind: "RUN", line: 6, text: "RUN --mount=from=compiler,target=/x cp /x/hello /out/", layer: "m",
                    mounts: [.init(from: .stage(0), source: .root, target: ImagePath("/x"))])
            ]
        }
        #expect(origin.chain.map(\.line) == [6, 3])
        #expect(origin.end == .built)
    }

    @Test func tellsImagesInlineTextsAndTheBaseApart() {
        func end(_ place: BuildGraph.Place) -> Origin.End {
            origin("/hello") { $0.stages[1].steps[0].sources[0].from = place }.end
        }
        #expect(end(.image("busybox")) == .image("busybox"))
        #expect(end(.inline) == .inline)
        #expect(end(.url) == .url)
        #expect(origin("/bin/sh").end == .base("plain"))
    }

    @Test func goesThroughStagesThatStandOnStages() {
        let origin = origin("/hello") {
            $0.stages.append(.init(base: .stage(1), line: 8))
            $0.finalStage = 2
        }
        #expect(origin.chain.map(\.line) == [5, 3])
    }

    @Test func endsOnADamagedGraph() {
        let circle = origin("/hello") { $0.stages[1].steps[0].sources[0].from = .stage(1) }
        #expect(circle.chain.count == 1)
        #expect(origin("/x") { $0.stages[1].base = .stage(1) }.end == .unknown)
        #expect(origin("/x") { $0.finalStage = 77 }.end == .unknown)
        #expect(origin("/hello") { $0.stages[1].steps[0].sources[0].from = .stage(-3) }.chain.count == 1)
    }
}
