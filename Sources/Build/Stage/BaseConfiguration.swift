package import Dockerfile
package import Images
import OCI

extension Store {
    /// What the lint may know of a base image: what the store has under that name, else nothing.
    package func baseConfiguration(_ name: String) -> DockerfileLint.BaseConfig? {
        guard let reference = try? Reference(parsing: name), let found = try? image(named: reference) else {
            return .unknown
        }
        let configuration = found.image.configuration
        var config = DockerfileLint.BaseConfig(
            environment: configuration.config.environment, platform: configuration.platform.description,
            workingDirectory: configuration.config.workingDirectory)
        config.shell = configuration.config.shell ?? []
        return config
    }
}
