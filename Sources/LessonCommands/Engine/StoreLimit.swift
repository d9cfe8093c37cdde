import Lessons
import Linux
import OCI
import SystemPackage

/// How large the store may grow before it is pruned unasked.
struct StoreLimit: Sendable {
    /// nil: as large as the disk.
    var bytes: Int64?
    /// Who says so.
    var origin: String

    /// `LESSON_STORE_LIMIT`, else `"storeLimit"` in `settings.json` of `LESSON_HOME`, else 20 GB, or half of a file
    /// system that is smaller than twice that. `none` is no limit.
    static func read(home: FilePath) throws(CommandError) -> StoreLimit {
        if let text = ProgramPath.environment("LESSON_STORE_LIMIT") {
            return try parse(text, origin: "LESSON_STORE_LIMIT")
        }
        let path = home.appending("settings.json")
        if let bytes = try? LocalFiles.read(path, limit: 1 << 16).bytes {
            guard let settings = try? JSON(parsing: bytes) else {
                throw CommandError(
                    "settings", "\(path) is no JSON", hint: #"write {"storeLimit": "20GB"}, or remove the file"#)
            }
            if let value = settings["storeLimit"] {
                return try parse(value.string ?? value.text, origin: path.string)
            }
        }
        let usual: Int64 = 20 << 30
        let size = DiskRoom(at: home)?.size ?? 0
        return StoreLimit(bytes: size > 0 ? min(usual, size / 2) : usual, origin: "LESSON_STORE_LIMIT changes it")
    }

    private static func parse(_ text: String, origin: String) throws(CommandError) -> StoreLimit {
        if text == "none" { return StoreLimit(bytes: nil, origin: origin) }
        guard let amount = ByteAmount(argument: text) else {
            throw CommandError(
                "settings", "\(origin): `\(text)` is no size", hint: "write a size like 20GB, or none for no limit")
        }
        return StoreLimit(bytes: amount.bytes, origin: origin)
    }
}
