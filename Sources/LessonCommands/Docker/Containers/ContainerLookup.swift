import Images

extension Store {
    /// The container that somebody names, or Docker's complaint.
    func requireContainer(_ name: String) throws -> StoredContainer {
        if let found = try container(matching: name) { return found }
        throw CommandError(
            "no-such-container", "No such container: \(name)", hint: "`docker ps -a` lists what there is",
            status: .failed)
    }
}
