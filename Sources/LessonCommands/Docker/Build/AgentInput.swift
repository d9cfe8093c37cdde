import Build
import Glibc
import SystemPackage

/// `--ssh`: an agent's socket, or key files.
struct AgentInput {
    let id: String
    let paths: [String]

    /// The largest key file, as in Docker.
    private static let keyLimit = 100 << 10

    func agent() throws(CommandError) -> BuildAgent {
        guard let first = paths.first else {
            guard let socket = ProgramPath.environment("SSH_AUTH_SOCK") else {
                throw CommandError(
                    "no-agent", "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set",
                    hint:
                        "start an agent with eval $(ssh-agent), add a key with ssh-add, or name a key: --ssh \(id)=FILE",
                    status: .failed)
            }
            guard Self.isSocket(socket) else {
                throw CommandError(
                    "no-agent", "SSH_AUTH_SOCK is \(socket), and no agent is there",
                    hint: "start an agent with eval $(ssh-agent)", status: .failed)
            }
            return .socket(FilePath(socket))
        }
        guard paths.contains(where: Self.isSocket) else {
            var keys: [[UInt8]] = []
            for path in paths { keys.append(try InputFile.read(path, limit: Self.keyLimit)) }
            return .keys(keys)
        }
        guard paths.count == 1 else {
            throw CommandError(
                "usage", "--ssh \(id) names a socket, and more: it takes one socket or key files", status: .failed)
        }
        return .socket(FilePath(first))
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}
