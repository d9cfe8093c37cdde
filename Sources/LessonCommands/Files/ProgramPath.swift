import Glibc
import SystemPackage

/// Where things are that belong to this process.
enum ProgramPath {
    /// This program's own file, links resolved; nil where `/proc` is not to be had.
    static var executable: FilePath? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0, count < buffer.count - 1 else { return nil }
        return FilePath(platformString: buffer)
    }

    /// The current folder, absolute.
    static var currentFolder: FilePath {
        guard let path = getcwd(nil, 0) else { return FilePath(".") }
        defer { free(path) }
        return FilePath(platformString: path)
    }

    /// A path as a person would write it: from the current folder where it is below that, without detours.
    static func shown(_ path: String) -> String {
        var plain = FilePath(path).lexicallyNormalized()
        if plain.removePrefix(currentFolder.lexicallyNormalized()), !plain.isEmpty { return plain.string }
        return FilePath(path).lexicallyNormalized().string
    }

    /// A variable of the environment, which may be empty; nil when unset.
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// A variable of the environment; nil when unset or empty.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
