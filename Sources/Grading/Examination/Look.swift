import Checks
import Lessons
import OCI
import SystemPackage

/// One look at an image that was built: everything that needs its layers.
struct Look {
    let examination: Examination
    let order: BuildOrder
    let built: BuildReply.Built
    private let tables: LayerTables
    private var tree = FileTree([])
    private var comparison: Comparison?
    /// Follows paths through the build; shared, since it remembers what it has read.
    private var tracer: OriginTracer

    private var exercise: Exercise { examination.exercise }
    private var engine: any ExaminationEngine { examination.engine }

    init(examination: Examination, order: BuildOrder, built: BuildReply.Built) {
        self.examination = examination
        self.order = order
        self.built = built
        let (tables, engine) = (LayerTables(engine: examination.engine), examination.engine)
        self.tables = tables
        // The files of bases are left alone: what was taken from there is found when the sources are replaced.
        tracer = OriginTracer(
            graph: built.graph,
            layers: OriginTracer.Layers(
                table: { await tables.history(of: $0) },
                content: { layer, path in await engine.file(path, inLayer: layer) }),
            contextFiles: built.contextFiles, searchesBases: false)
    }

    mutating func gather(into observations: inout Observations, ownReference: FilePath?) async throws(Ungradable) {
        let layers = try await tables.read(built.image.layers.map(\.id))
        tree = FileTree(layers)
        try await observeBase(&observations)
        await observeReference(&observations, ownReference)
        await observeContents(&observations)
        await observeTexts(&observations)
        await observeAccounts(&observations)
        await observeOrigins(&observations)
        await observeExecutables(&observations)
        await observeFiles(&observations)
        try tables.checkHistory()
        for rule in runRules {
            var limits = exercise.limits
            limits.runSeconds = rule.limits?.seconds ?? limits.runSeconds
            limits.runOutput = rule.limits?.output ?? limits.runOutput
            var run = await engine.run(
                built.image,
                RunOrder(arguments: rule.arguments, standardInput: rule.standardInput, limits: limits))
            run.asked = rule.limits
            observations.runs.append(run)
        }
        if let rule = substitutionRule {
            observations.substitution = try await Substitution(
                rule: rule, examination: examination, order: order, built: built
            ).observe(observations)
        }
        for rule in cachedRules {
            if let rebuild = try await Rebuild(rule: rule, examination: examination, order: order).observe() {
                observations.rebuilds.append(rebuild)
            }
        }
    }

    // MARK: - What the rubric asks for

    private var kinds: [CheckKind] { exercise.rubric.checks.map(\.kind) }

    private var runRules: [RunRule] {
        var seen: Set<RunRule> = []
        return kinds.compactMap { if case .run(let rule) = $0 { rule } else { nil } }.filter {
            seen.insert($0.run).inserted
        }
    }

    private var substitutionRule: SubstitutionRule? {
        for check in exercise.rubric.integrity { if case .substitution(let rule) = check.kind { return rule } }
        for kind in kinds { if case .substitution(let rule) = kind { return rule } }
        return nil
    }

    private var cachedRules: [CachedRule] { kinds.compactMap { if case .cached(let rule) = $0 { rule } else { nil } } }

    // MARK: - The base and what is over it

    private mutating func observeBase(_ observations: inout Observations) async throws(Ungradable) {
        let graph = built.graph
        let root = graph.finalChain.last.map { graph.stages[$0] }
        let rootName = root?.baseName ?? "scratch"
        let isScratch = graph.rootBase == .scratch
        let matched = try await plainBase(for: rootName, isNeeded: !isScratch)
        // Whom the lesson lets choose is told of the base that is closest to what they use.
        if let name = matched?.name, let index = observations.bases.firstIndex(of: name) {
            observations.bases.insert(observations.bases.remove(at: index), at: 0)
        }
        var base = BaseObservation(name: isScratch ? "scratch" : rootName)
        if let matched { observations.sizes.base = matched.image.size }
        let layers = built.image.layers
        if isScratch || matched == nil && exercise.bases.isEmpty && root == nil {
            observations.delta = delta(over: [], skipping: 0, against: .scratch)
            observations.sizes.addedOverBase = built.image.size
        } else if let matched, startsWith(matched.image) {
            let count = matched.image.layers.count
            // Those whose layers are exactly the stage's base, not merely the lowest of them.
            if rootLayerCount(of: graph) == count { base.matching = names(like: matched.name) }
            base.size = matched.image.size
            observations.delta = delta(
                over: tables[layers.prefix(count).map(\.id)], skipping: count, against: .base(matched.name))
            observations.sizes.addedOverBase = layers.dropFirst(count).map(\.bytes).sizeSum
        } else if let matched {
            let below = try await tables.read(matched.image.layers.map(\.id))
            observations.delta = delta(over: below, skipping: 0, against: .tree(matched.name))
            observations.sizes.addedOverBase = max(0, built.image.size - matched.image.size)
        } else {
            // The exercise names no base: what the final `FROM` names is it.
            let count = rootLayerCount(of: graph)
            observations.delta = delta(
                over: tables[layers.prefix(count).map(\.id)], skipping: count, against: .base(rootName))
            observations.sizes.base = layers.prefix(count).map(\.bytes).sizeSum
            observations.sizes.addedOverBase = layers.dropFirst(count).map(\.bytes).sizeSum
        }
        observations.base = base
    }

    /// The exercise's base that the image is compared with: one that it stands on, else the one that is closest to what
    /// the submission uses.
    /// - Parameter isNeeded: whether nothing can be said without it; else its size is merely good to know.
    private func plainBase(
        for name: String, isNeeded: Bool
    ) async throws(Ungradable) -> (name: String, image: EngineImage)? {
        let named = Self.same(as: name, among: exercise.bases, examination.lesson)
        if !named.isEmpty {
            var first: (name: String, image: EngineImage)?
            for base in named {
                let image = try await engine.image(named: base)
                if startsWith(image) { return (base, image) }
                if first == nil { first = (base, image) }
            }
            return first
        }
        var failure: Ungradable?
        for base in await others() {
            do throws(Ungradable) {
                return (base, try await engine.image(named: base))
            } catch {
                failure = failure ?? error
            }
        }
        if let failure, isNeeded { throw failure }
        return nil
    }

    /// The exercise's bases, the likeliest first: one that a stage of the submission stands on, one that a stage's base is
    /// a variant of (`debian-gcc`), one that need not be made just to be compared with.
    private func others() async -> [String] {
        let used = built.graph.stages.filter { !$0.isSkipped }.map(\.baseName)
        var ranked: [(rank: Int, name: String)] = []
        for base in exercise.bases where base != "scratch" {
            let isUsed = used.contains { !Self.same(as: $0, among: [base], examination.lesson).isEmpty }
            let isVariant = used.contains { Self.familiar($0).hasPrefix(Self.familiar(base) + "-") }
            let isHere = await engine.isHere(base)
            ranked.append(((isUsed ? 0 : 4) + (isVariant ? 0 : 2) + (isHere ? 0 : 1), base))
        }
        return ranked.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element.name)
    }

    /// Those of the bases that are another name for an image, as the lesson declares them.
    private static func same(as name: String, among bases: [String], _ lesson: Lesson) -> [String] {
        let short = familiar(name)
        let declared = lesson.images.first { $0.names.contains { familiar($0) == short } }
        let names = Set((declared?.names ?? [name]).map(familiar))
        return bases.filter { names.contains(familiar($0)) }
    }

    /// `debian` for `docker.io/library/debian:latest`.
    static func familiar(_ name: String) -> String {
        var name = name[...]
        for prefix in ["docker.io/", "index.docker.io/", "library/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
        }
        return String(name.hasSuffix(":latest") ? name.dropLast(7) : name)
    }

    private func startsWith(_ image: EngineImage) -> Bool {
        built.image.layers.count >= image.layers.count
            && zip(built.image.layers, image.layers).allSatisfy { $0.id == $1.id }
    }

    /// All bases of the exercise that count when one of them matches by its layers.
    private func names(like name: String) -> [String] {
        let declared = examination.lesson.images.first { $0.names.contains(name) }?.names ?? []
        return [name] + declared.filter { $0 != name }
    }

    /// How many layers the image that the final stage stands on has: those that no step made.
    private func rootLayerCount(of graph: BuildGraph) -> Int {
        let made = Set(graph.finalChain.flatMap { graph.stages[$0].steps }.compactMap(\.layer))
        return built.image.layers.prefix { !made.contains($0.id) }.count
    }

    private mutating func delta(
        over base: [LayerTable], skipping count: Int, against: ImageDelta.Against
    ) -> ImageDelta {
        let comparison = Comparison(
            layers: tables[built.image.layers.dropFirst(count).map(\.id)], base: base, against: against)
        self.comparison = comparison
        return comparison.delta()
    }

    /// What the image is compared with.
    private struct Comparison {
        var layers: [LayerTable]
        var base: [LayerTable]
        var against: ImageDelta.Against

        func delta(maximum: Int = ImageDelta.maximumEntries) -> ImageDelta {
            ImageDelta(layers: layers, over: base, against: against, maximum: maximum)
        }
    }

    private func observeReference(_ observations: inout Observations, _ own: FilePath?) async {
        guard let reference = exercise.reference else { return }
        guard let path = own ?? reference.dockerfile else { return }
        var result = await examination.references.size(of: path, exercise: exercise, engine: engine)
        if own != nil, case .failure = result, let fallback = reference.dockerfile {
            result = await examination.references.size(of: fallback, exercise: exercise, engine: engine)
        }
        switch result {
        case .success(let size): observations.sizes.singleStage = size
        case .failure(let reason):
            observations.notices.append("no reference image: \(Wording.clipped(reason.message, 300))")
        }
    }

    // MARK: - Files

    /// At most so many files are opened to see what they are: nobody reads more, and a thousand wrong files are as wrong as
    /// a million. Where each of them counts, because any number of programs is allowed, more.
    private enum FilesRead {
        static let few = 400
        static let many = 3000
    }

    /// The files of an image that are looked into, those that matter most first: what can be executed, what is large.
    private func worthReading(_ delta: ImageDelta, limit: Int) -> [Int] {
        let entries = delta.entries
        let files = entries.indices.filter { entries[$0].kind == .file || entries[$0].kind == .hardlink }
        guard files.count > limit else { return files }
        let bySize = files.map { (size: entries[$0].size, index: $0) }.sorted {
            ($1.size, $0.index) < ($0.size, $1.index)
        }
        let (programs, others) = (
            bySize.filter { entries[$0.index].mode & 0o111 != 0 }, bySize.filter { entries[$0.index].mode & 0o111 == 0 }
        )
        return (bySize.prefix(12) + (programs + others).prefix(limit)).map(\.index)
    }

    private func observeContents(_ observations: inout Observations) async {
        guard var delta = observations.delta else { return }
        let allowsAny = kinds.contains { if case .imageDelta(let rule) = $0 { rule.allowsAnyPrograms } else { false } }
        let limit = allowsAny ? FilesRead.many : FilesRead.few
        for index in worthReading(delta, limit: limit) where delta.entries[index].content == nil {
            let entry = delta.entries[index]
            guard let file = await engine.file(entry.path, inLayer: entry.layerID) else { continue }
            delta.entries[index].content = FileContent(size: file.size, read: file.read)
        }
        observations.delta = delta
    }

    /// Looks for the texts that no file may hold in all files over the base, those too that are too many to list.
    private func observeTexts(_ observations: inout Observations) async {
        let texts = kinds.reduce(into: [String]()) { texts, kind in
            if case .forbiddenFiles(let rule) = kind { texts += rule.contents }
        }
        guard !texts.isEmpty, let listed = observations.delta, let comparison else { return }
        let delta = listed.omitted == 0 ? listed : comparison.delta(maximum: .max)
        let known =
            listed.omitted == 0
            ? [:] : Dictionary(grouping: listed.entries, by: \.layer).mapValues { Set($0.map(\.path)) }
        var search = ContentSearch(texts)
        for entry in delta.entries where entry.kind == .file || entry.kind == .hardlink {
            let isListed = listed.omitted == 0 || known[entry.layer]?.contains(entry.path) == true
            search.search(entry, await engine.file(entry.path, inLayer: entry.layerID), isListed: isListed)
        }
        observations.contentHits = search.hits
        observations.unsearched = search.unsearched
    }

    /// Who the image has: a name that its `USER` gives is worth what its `/etc/passwd` says.
    private func observeAccounts(_ observations: inout Observations) async {
        guard let passwd = await accounts("/etc/passwd") else { return }
        observations.accounts = Accounts(
            passwd: passwd, group: await accounts("/etc/group") ?? [], user: built.image.config.user)
    }

    /// Nil where there is no such file; empty for one that is larger than those who run the image read.
    private func accounts(_ path: String) async -> [UInt8]? {
        guard let (entry, layer) = tree.resolve(ImagePath(path)),
            let file = await engine.file(entry.path, inLayer: layer)
        else { return nil }
        return file.size <= 1 << 20 ? file.contents(limit: 1 << 20) : []
    }

    private mutating func observeOrigins(_ observations: inout Observations) async {
        guard var delta = observations.delta else { return }
        // The origin is told for what is shown, and a listing of thousands is not.
        var budget = 500
        for index in delta.entries.indices where budget > 0 && !delta.entries[index].kind.isDirectory {
            budget -= 1
            let entry = delta.entries[index]
            delta.entries[index].origin =
                entry.kind == .whiteout
                ? step(making: entry.layerID) : await tracer.origin(of: entry.path, inLayer: entry.layerID)
        }
        observations.delta = delta
    }

    /// The step that made a layer, as an origin: for deletions, which no step copied from anywhere.
    private func step(making layer: String) -> Origin {
        for (index, stage) in built.graph.stages.enumerated() {
            if let step = stage.steps.first(where: { $0.layer == layer }) {
                let link = Origin.Link(
                    stage: index, stageName: stage.name, line: step.line, text: step.text, path: .root)
                return Origin(chain: [link], end: .built)
            }
        }
        return Origin(end: .unknown)
    }

    private func observeExecutables(_ observations: inout Observations) async {
        let survey = ExecutableSurvey(tree: tree, config: built.image.config, engine: engine)
        var wanted = observations.delta?.entries.filter { $0.content?.isELF == true && !$0.isHidden }.map(\.path) ?? []
        wanted = Array(wanted.prefix(50))
        wanted += kinds.compactMap {
            if case .executable(let rule) = $0 { rule.path.map { ImagePath($0) } } else { nil }
        }
        observations.executables = await survey.observe(wanted)
    }

    private mutating func observeFiles(_ observations: inout Observations) async {
        for kind in kinds {
            let path: ImagePath
            switch kind {
            case .file(let rule): path = ImagePath(rule.path)
            case .origin(let rule):
                guard let text = rule.path else { continue }
                path = ImagePath(text)
            default: continue
            }
            var file = FileObservation(path: path)
            if let (entry, layer) = tree.resolve(path) {
                (file.kind, file.mode, file.uid) = (entry.kind, entry.mode, entry.uid)
                file.content = await engine.file(entry.path, inLayer: layer)?.contents(limit: 64 << 10) ?? []
                file.origin = await tracer.origin(of: entry.path)
            }
            observations.files.append(file)
        }
    }
}
