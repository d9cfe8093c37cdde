package import Images
package import Lessons
package import OCI

extension BaseImageRecipe {
    /// What a lesson says of an image, as the store understands it.
    /// - Throws: when a name is no image reference.
    package init(_ declaration: ImageDeclaration) throws(ReferenceError) {
        var names: [Reference] = []
        for name in declaration.names { names.append(try Reference(parsing: name).withDefaultTag) }
        var configuration = ContainerConfiguration()
        configuration.command = ["/bin/sh"]
        let method: Method?
        var date = BaseImageRecipe.defaultDate
        switch declaration.recipe {
        case nil: method = nil
        case .busybox: method = .busybox
        case .debian(let recipe):
            method = .debian(Debian(suite: recipe.suite, packages: recipe.include, variant: recipe.variant))
            configuration.environment = recipe.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            configuration.command = ["bash"]
            // The day that the lesson pins: nothing in the image is newer, and the digest is that of the day.
            if let day = recipe.snapshot.flatMap(Timestamp.init(day:)) { date = day }
        }
        var registry: Reference?
        if let name = declaration.registry { registry = try Reference(parsing: name).withDefaultTag }
        self.init(
            names: names, method: method, registry: registry, configuration: configuration,
            date: date, standsInFor: declaration.note)
    }
}

extension Lesson {
    /// The recipes of all images that the lesson offers.
    package func imageRecipes() throws(ReferenceError) -> [BaseImageRecipe] {
        var recipes: [BaseImageRecipe] = []
        for image in images { recipes.append(try BaseImageRecipe(image)) }
        return recipes
    }
}
