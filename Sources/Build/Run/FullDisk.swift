import Linux
import SystemPackage

/// Tells a step that had no room on this machine's disk from one that is wrong: a full disk is nothing that the author
/// of a Dockerfile did.
enum FullDisk {
    private static let symptoms = ["No space left on device", "ENOSPC", "Disk quota exceeded", "disk full"]

    /// - Parameter output: the last of what the step wrote.
    static func ended(_ output: [UInt8], writingTo folder: FilePath) -> Bool {
        guard let room = DiskRoom(at: folder), room.isFull else { return false }
        let text = String(decoding: output, as: UTF8.self)
        return symptoms.contains { text.contains($0) }
    }
}
