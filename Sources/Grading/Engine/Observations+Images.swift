package import Checks
package import OCI
import SystemPackage

extension ConfigObservation {
    /// The part of an image's configuration that rubrics ask about.
    package init(_ configuration: ImageConfiguration) {
        let config = configuration.config
        var environment: [String: String] = [:]
        for variable in config.environment {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            environment[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        self.init(
            user: config.user, entrypoint: config.entrypoint ?? [], command: config.command ?? [],
            environment: environment, labels: config.labels, ports: config.exposedPorts.sorted(),
            hasHealthcheck: config.healthCheck.map { $0.test.first != "NONE" } ?? false,
            workingDirectory: config.workingDirectory.isEmpty ? "/" : config.workingDirectory,
            stopSignal: config.stopSignal, architecture: configuration.platform.architecture)
    }
}
