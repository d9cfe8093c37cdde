/// What slides inherit from others: the layout in force, the slides that `template:` names.
struct TemplateTable {
    private let wanted: Set<String>
    private var named: [String: SlideGroup.Template] = [:]
    private var layout: SlideGroup.Template?

    init(_ texts: [EntryText]) {
        var names: Set<String> = []
        for text in texts where !text.properties.isEmpty {
            if let name = text.value(of: "template") { names.insert(name) }
        }
        wanted = names
    }

    func isWanted(_ name: String?) -> Bool { name.map(wanted.contains) ?? false }

    /// Finds what a slide is made of, in remark's order: its template, else the layout (`slideshow.js`).
    mutating func inherit(_ group: inout SlideGroup, _ first: EntryText) {
        let ownLayout = first.value(of: "layout")
        if let name = first.value(of: "template"), let template = named[name] {
            group.template = template
        } else if ownLayout == "false" {
            layout = nil
        } else if ownLayout != "true" {
            group.template = layout
        }
        guard let properties = group.template?.properties else { return }
        for key in ["name", "layout", "count"] { group.inherited[key] = nil }
        group.inherited = properties.filter { !["name", "layout", "count"].contains($0.key) }
    }

    /// Keeps a slide's content for those that will be made of it.
    mutating func add(_ group: SlideGroup, text: GroupText, first: EntryText, hasClasses: Bool, isLayout: Bool) {
        var properties = group.inherited
        properties.merge(own: first.properties)
        let template = SlideGroup.Template(
            bytes: text.bytes, lineMap: text.lineMap, properties: properties,
            hasClasses: hasClasses || (group.template?.hasClasses ?? false))
        if isLayout { layout = template }
        if let name = first.value(of: "name") { named[name] = template }
    }
}
