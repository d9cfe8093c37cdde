import Glibc
import Linux
import OCI
import SystemPackage
import Testing

/// Another builder, from Debian's package, with a storage of its own that has the same base image.
actor Buildah {
    static let shared = Buildah()

    /// Whether it is installed.
    static let isInstalled: Bool = {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/buildah", X_OK) == 0 }
    }()

    private var home: Task<FilePath, any Error>?

    /// Builds `Dockerfile` with the folder `context`, both in `folder`.
    func build(_ arguments: [String], in folder: FilePath) async throws -> BuiltImage {
        let home = try await self.home()
        let archive = "buildah.tar"
        try await Self.run(
            [
                "build", "--isolation", "chroot", "--pull-never", "--identity-label=false", "--layers=false",
                "--format", "oci", "-f", "Dockerfile", "-t", "oci-archive:\(archive)",
            ] + arguments + ["context"], home: home, in: folder)
        let bytes = try RootedDirectory(at: folder).readFile(FilePath(archive), limit: 1 << 30)
        return try BuiltImage(archive: bytes)
    }

    private func home() async throws -> FilePath {
        if let home { return try await home.value }
        let task = Task {
            let home = try Folder.makeLasting("lesson-buildah")
            let base = try await Program.shared.baseArchive()
            try await Self.run(["pull", "oci-archive:\(base)"], home: home, in: home)
            return home
        }
        home = task
        return try await task.value
    }

    private static func run(_ arguments: [String], home: FilePath, in folder: FilePath) async throws {
        let storage = ["--root", "\(home)/root", "--runroot", "\(home)/runroot", "--storage-driver", "vfs"]
        let command = ChildProcess.Command(
            "buildah", storage + arguments, environment: ChildProcess.Command.hostEnvironment,
            workingDirectory: folder)
        let completion = try await ChildProcess.run(command, deadline: .seconds(300))
        try #require(
            completion.ending == .exited(0), "\(String(decoding: completion.standardError, as: UTF8.self))")
    }
}
