import ArgumentParser
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

struct InfoCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Display what the engine works with.",
        discussion: "`lesson doctor` tries each part for real and says what to do about what is missing.")

    @Option(name: [.customShort("f"), .long], help: "'json' or a Go template.")
    var format: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let containers = try engine.store.containers().map(\.record.state)
        let images = try engine.store.images()
        let platform = Platform.host
        let document: JSON = [
            "Containers": .integer(containers.count),
            "ContainersRunning": .integer(containers.count { $0 == .running }), "ContainersPaused": 0,
            "ContainersStopped": .integer(containers.count { $0 != .running }), "Images": .integer(images.count),
            "Driver": "overlay2", "DriverStatus": [["userxattr", "true"]],
            "CgroupDriver": .string(engine.context.controlGroup == nil ? "none" : "cgroupfs"),
            "KernelVersion": .string(HostSystem.kernel), "OSType": .string(platform.os),
            "Architecture": .string(platform.architecture), "NCPU": .integer(HostSystem.processors),
            "MemTotal": .integer(HostSystem.memory), "Name": .string(HostSystem.hostname),
            "DockerRootDir": .string(engine.store.location.string),
            "ServerVersion": .string(Lesson.configuration.version),
            "DefaultRuntime": .string(engine.sandbox.runtimeName),
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=userns"],
        ]
        if format == "json" { return console.printJSON(document.text) }
        if let format, !format.isEmpty {
            return console.printText(try GoTemplate(parsing: format).render(document) + "\n")
        }
        func text(_ key: String) -> String { document[key].map(GoTemplate.text) ?? "" }
        console.printText(
            """
            Client: lesson, the embedded engine
             Version:    \(text("ServerVersion"))
             Context:    default
             Debug Mode: false

            Server:
             Containers: \(text("Containers"))
              Running: \(text("ContainersRunning"))
              Paused: 0
              Stopped: \(text("ContainersStopped"))
             Images: \(text("Images"))
             Server Version: \(text("ServerVersion"))
             Storage Driver: overlay2
              userxattr: true
             Cgroup Driver: \(text("CgroupDriver"))
             Default Runtime: \(text("DefaultRuntime"))
             Security Options:
              seccomp
               Profile: default
              rootless
              userns
             Kernel Version: \(text("KernelVersion"))
             OSType: \(text("OSType"))
             Architecture: \(text("Architecture"))
             CPUs: \(text("NCPU"))
             Total Memory: \(ByteCountBinary(HostSystem.memory))
             Name: \(text("Name"))
             Docker Root Dir: \(text("DockerRootDir"))

            """)
    }
}

/// A size in binary units, as `docker info` shows memory: `23.54GiB`.
struct ByteCountBinary: CustomStringConvertible {
    let bytes: Int64

    init(_ bytes: Int64) { self.bytes = bytes }

    var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        if fraction == 0 { return "\(hundredths / 100)\(units[unit])" }
        let digits = fraction % 10 == 0 ? "\(fraction / 10)" : (fraction < 10 ? "0\(fraction)" : "\(fraction)")
        return "\(hundredths / 100).\(digits)\(units[unit])"
    }
}
