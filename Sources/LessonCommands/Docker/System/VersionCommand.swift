import ArgumentParser
import Glibc
import Images
import OCI

struct VersionCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Show the version.")

    /// What `docker --version` means.
    static let short = ["version", "--format", "Docker version {{.Client.Version}}, build {{.Client.GitCommit}}"]

    @Option(name: [.customShort("f"), .long], help: "'json' or a Go template.")
    var format: String?

    @OptionGroup var display: DisplayOptions

    var entersEngine: Bool { false }

    /// The version of Docker's interface that commands and documents follow.
    static let apiVersion = "1.41"

    func execute(_ console: Console) async throws {
        let platform = Platform.host
        let common: [String: JSON] = [
            "Version": .string(Lesson.configuration.version), "ApiVersion": .string(Self.apiVersion),
            "GitCommit": "lesson", "GoVersion": "", "Os": .string(platform.os),
            "Arch": .string(platform.architecture), "BuildTime": "", "Experimental": false,
        ]
        var client = common
        client["Platform"] = ["Name": "lesson, the embedded engine"]
        client["Context"] = "default"
        var server = common
        server["Platform"] = ["Name": "lesson, no daemon"]
        server["MinAPIVersion"] = .string(Self.apiVersion)
        server["KernelVersion"] = .string(HostSystem.kernel)
        let document: JSON = ["Client": .object(client), "Server": .object(server)]
        if format == "json" { return console.printJSON(document.text) }
        if let format, !format.isEmpty {
            return console.printText(try GoTemplate(parsing: format).render(document) + "\n")
        }
        func lines(_ name: String, _ members: [String: JSON], indent: String) -> String {
            func line(_ label: String, _ value: String) -> String {
                indent + (label + ":").padded(to: 19 - indent.utf8.count) + value + "\n"
            }
            return line("Version", members["Version"]?.string ?? "")
                + line(
                    "API version",
                    Self.apiVersion + (name == "Server" ? " (minimum version \(Self.apiVersion))" : ""))
                + line("OS/Arch", "\(platform.os)/\(platform.architecture)")
        }
        console.printText(
            "Client: lesson, the embedded engine\n" + lines("Client", client, indent: " ")
                + "\nServer: no daemon, the same program\n Engine:\n" + lines("Server", server, indent: "  "))
    }
}

extension String {
    /// With blanks behind, up to a width.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - utf8.count))
    }
}

/// What this machine says of itself.
enum HostSystem {
    static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    static var hostname: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Bytes of memory.
    static var memory: Int64 { Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))) }

    static var processors: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
