import Diagnostics

extension ManifestMap {
    /// The list `images`, with `like:` replaced by the recipe it names.
    func images() -> [ImageDeclaration] {
        var declarations: [ImageDeclaration] = []
        for entry in maps("images") {
            let names = (entry.strings("name") ?? []) + (entry.strings("names") ?? [])
            if names.isEmpty {
                reader.report("image-name", "an image needs a name", at: entry.mark, hint: "write `name: ubuntu`")
            }
            var declaration = ImageDeclaration(
                names: names, registry: entry.string("registry"), note: entry.string("note"))
            if let make = entry.map("make") {
                declaration.recipe = make.recipe(among: declarations)
                make.finish()
            }
            entry.finish()
            for name in names where declarations.contains(where: { $0.names.contains(name) }) {
                reader.report("image-name", "two images are named `\(name)`", at: entry.mark)
            }
            if declaration.registry == nil, declaration.recipe == nil {
                reader.report(
                    "image-source", "nothing says where `\(names.first ?? "?")` comes from", at: entry.mark,
                    hint: "give it `registry:`, `make:`, or both")
            }
            declarations.append(declaration)
        }
        return declarations
    }

    private func recipe(among declarations: [ImageDeclaration]) -> ImageRecipe? {
        let ways = ["debian", "busybox", "like"].filter(has)
        guard ways.count == 1 else {
            _ = (string("debian"), bool("busybox"), string("like"))
            reader.report("image-recipe", "`make` needs exactly one of debian, busybox, like", at: mark)
            return nil
        }
        if let name = string("like") {
            guard let original = declarations.first(where: { $0.names.contains(name) }) else {
                let near = Suggestion.nearest(to: name, among: declarations.flatMap(\.names))
                reader.report(
                    "image-recipe", "no image above is named `\(name)`", at: mark(of: "like"),
                    hint: near.map { "did you mean `\($0)`?" } ?? "declare it before")
                return nil
            }
            return original.recipe
        }
        if bool("busybox") != nil { return .busybox }
        guard let suite = string("debian") else { return nil }
        return .debian(
            DebianRecipe(
                suite: suite, include: strings("include") ?? [], variant: string("variant") ?? "minbase",
                snapshot: string("snapshot"), environment: texts("environment") ?? [:]))
    }
}
