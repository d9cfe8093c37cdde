extension Exercise {
    /// The hints in the order to give them when `failing` checks fail: those for the first failing check, then for
    /// the next, then the general ones, then the rest.
    package func hints(failing: [String]) -> [Hint] {
        let order = failing.isEmpty ? [] : rubric.checks.map(\.id).filter(failing.contains)
        let specific = order.flatMap { id in hints.filter { $0.check == id } }
        let general = hints.filter { $0.check == nil }
        if specific.isEmpty { return general + hints.filter { $0.check != nil } }
        return specific + general
    }
}
