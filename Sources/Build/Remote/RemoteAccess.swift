import Diagnostics
import Linux
import SystemPackage

/// What may be fetched from elsewhere, and by which means.
///
/// Our own tools do the fetching, on behalf of somebody who is not trusted: they know nothing of the person who started
/// the program, no home directory, no credentials, no configuration, and talk to public addresses only unless the build
/// has the host's network.
struct RemoteAccess: Sendable {
    var network: BuildNetwork
    /// Bytes that one source may bring.
    var byteLimit: Int64
    var fileLimit: Int
    /// A directory of the engine's for this source alone.
    var folder: FilePath
    /// The agent that was passed on with `--ssh default`, for repositories over ssh.
    var agent: FilePath?

    /// How long one request may take.
    static let deadline = Duration.seconds(600)

    /// Variables of ours that tools get: no `HOME`, in which credentials lie.
    private static let variables: Set<String> = [
        "PATH", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]

    private var environment: [String] {
        ChildProcess.Command.hostEnvironment.filter { Self.variables.contains(EnvironmentList.split($0).name) }
            + ["HOME=/dev/null", "LC_ALL=C"]
    }

    /// The addresses that a URL's host has, all of them public; nil where the build has the host's network, or where a
    /// proxy looks names up.
    ///
    /// Whoever talks to the host afterwards is held to these, so that a second look-up leads nowhere else.
    func addresses(of url: RemoteURL, for source: String) async throws(BuildFailure) -> [PublicAddress.Address]? {
        guard network == .isolated else { return nil }
        // Behind a proxy the proxy looks names up; ours may not even have a name server.
        let proxied = environment.contains {
            $0.lowercased().hasPrefix("\(url.scheme)_proxy=") || $0.lowercased().hasPrefix("all_proxy=")
        }
        let addresses = await Blocking.run { () throws(Never) in PublicAddress.lookUp(url.host) }
        if addresses.isEmpty, proxied { return nil }
        guard !addresses.isEmpty else {
            throw .unreachable(source, "no address for \(url.host)")
        }
        guard addresses.allSatisfy(\.isPublic) else {
            throw .remote(
                "private-address", "cannot fetch \(source): \(url.host) is a private address",
                hint:
                    "builds reach the Internet only, never this machine or its neighbours, unless the person who builds "
                    + "says docker build --network host")
        }
        return addresses
    }

    /// Runs one of our tools to its end.
    func run(
        _ tool: String, _ arguments: [String], for source: String, environment more: [String] = [],
        outputLimit: Int = 4 << 20, onOutput: (@Sendable (ChildProcess.Stream, [UInt8]) -> Void)? = nil
    ) async throws(BuildFailure) -> ChildProcess.Completion {
        var command = ChildProcess.Command(tool, arguments, environment: environment + more)
        command.newSession = true
        do {
            let completion = try await ChildProcess.run(
                command, deadline: Self.deadline, outputLimit: outputLimit, onOutput: onOutput)
            if Task.isCancelled { throw BuildFailure.cancelled }
            if completion.ending == .timedOut {
                throw BuildFailure.unreachable(source, "nothing more came after \(Self.deadline.components.seconds) s")
            }
            return completion
        } catch let error as LinuxError {
            if error.errno == .noSuchFileOrDirectory {
                throw .environment(
                    "missing-tool", "\(tool) is needed for \(source), and is not installed",
                    hint: "install the package \(tool)")
            }
            throw .system(error, what: "cannot start \(tool)")
        } catch let failure as BuildFailure {
            throw failure
        } catch {
            throw .environment("system", "\(error)")
        }
    }
}

extension BuildFailure {
    /// What was to be fetched is not what the Dockerfile says it is, or must not be fetched.
    static func remote(_ id: String, _ message: String, hint: String? = nil) -> BuildFailure {
        .learner(id, message, hint: hint, file: nil, range: nil)
    }

    /// Nobody answers: it may be the name, and may be the network, so it is held against nobody.
    static func unreachable(_ source: String, _ reason: String) -> BuildFailure {
        .environment(
            "download-failed", "cannot fetch \(source): \(reason)",
            hint: "check the name, and that the network can be reached: `lesson doctor`")
    }

    /// Fills in where in a Dockerfile a failure belongs that knows no place itself.
    func placed(file: String, range: SourceRange) -> BuildFailure {
        guard diagnostic.range == nil, kind != .cancelled else { return self }
        var failure = self
        failure.diagnostic.file = file
        failure.diagnostic.range = range
        return failure
    }
}
