import Linux
import OCI
import Synchronization
import SystemPackage

extension RemoteAccess {
    private static let redirectLimit = 10

    /// Fetches a file over HTTP. Each address that a redirect names is looked at like the first.
    /// - Parameter checksum: What its digest has to be.
    func download(_ source: String, checksum: String?) async throws(BuildFailure) -> RemoteFile {
        guard let first = RemoteURL(source) else {
            throw .remote(
                "bad-url", "not a URL: \(source)",
                hint: "an address looks like https://example.org/file.txt, without blanks")
        }
        var address = source
        for _ in 0...Self.redirectLimit {
            guard let url = RemoteURL(address), url.scheme == "http" || url.scheme == "https" else {
                throw .remote(
                    "download-failed", "cannot fetch \(source): it leads to \(address)",
                    hint: "only http and https addresses are followed")
            }
            guard let next = try await get(url, address, source) else {
                return try await finished(first, source, checksum: checksum)
            }
            address = next
        }
        throw .remote(
            "download-failed", "cannot fetch \(source): more than \(Self.redirectLimit) redirects",
            hint: "the server sends us round and round: look at the address in a browser")
    }

    /// - Returns: Where a redirect leads; nil when the file is there.
    private func get(_ url: RemoteURL, _ address: String, _ source: String) async throws(BuildFailure) -> String? {
        var arguments = [
            "--disable", "--silent", "--show-error", "--fail", "--globoff", "--proto", "=http,https", "--max-redirs",
            "0",
            "--dump-header", folder.appending("headers").string,
            "--write-out", "%{stderr}\n%{http_code} %{redirect_url}",
        ]
        // An address that stands there itself is not looked up again.
        if let addresses = try await addresses(of: url, for: source), !url.host.contains(":") {
            let list = addresses.map(\.text).joined(separator: ",")
            arguments += ["--resolve", "\(url.host):\(url.port):\(list)"]
        }
        let file: OwnedDescriptor
        do {
            file = try RootedDirectory(at: folder).openFile("download", .writeOnly, options: [.create, .truncate])
        } catch {
            throw .system(error, what: "cannot keep what is fetched")
        }
        // Through us, so that no more than the limit is ever written, whatever the server says of the length.
        let errors = Mutex<[UInt8]>([])
        let trouble = Mutex<LinuxError?>(nil)
        let completion = try await run(
            "curl", arguments + ["--", address], for: source, outputLimit: Int(clamping: byteLimit)
        ) { stream, bytes in
            guard stream == .standardOutput else { return errors.withLock { $0 += bytes } }
            do throws(LinuxError) { try file.write(bytes) } catch { trouble.withLock { $0 = error } }
        }
        if let error = trouble.withLock({ $0 }) { throw .system(error, what: "cannot keep what is fetched") }
        if completion.ending == .tooMuchOutput {
            throw .remote(
                "download-failed", "cannot fetch \(source): it is larger than \(byteLimit >> 20) MiB",
                hint: "a build takes no more than that from one address")
        }
        let lines = String(decoding: errors.withLock { $0 }, as: UTF8.self).split(separator: "\n").map(String.init)
        let words = (lines.last ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        if words.count == 2, words[0].hasPrefix("3") { return words[1] }
        guard case .exited(let code) = completion.ending, code != 0 else { return nil }
        let status = words.first.flatMap { Int($0) } ?? 0
        if status >= 400 { throw Self.refused(source, status: status) }
        let reason = lines.dropLast().last { $0.hasPrefix("curl: ") }.map { String($0.dropFirst("curl: ".count)) }
        throw .unreachable(source, reason ?? "curl failed with \(code)")
    }

    private static func refused(_ source: String, status: Int) -> BuildFailure {
        let (meaning, hint) =
            switch status {
            case 401, 403: (" (not allowed)", "the server wants to know who asks: builds have no credentials")
            case 404, 410: (" (not found)", "there is no such file on the server: check the address letter by letter")
            case 500...:
                (" (the server has a fault)", "try again later, or keep the file beside the Dockerfile and COPY it")
            default: ("", "check the address")
            }
        return .remote(
            "download-failed", "cannot fetch \(source): invalid response status \(status)\(meaning)", hint: hint)
    }

    private func finished(
        _ url: RemoteURL, _ source: String, checksum: String?
    ) async throws(BuildFailure) -> RemoteFile {
        let folder = folder
        let result: Result<(Digest, FileStatus, [UInt8]), LinuxError> = await Blocking.run { () throws(Never) in
            do throws(LinuxError) {
                let root = try RootedDirectory(at: folder)
                var hasher = FileHasher()
                let file = try root.openRegularFile(FilePath("download"), followingLast: false).file
                let digest = try hasher.digest(of: file, FilePath("download"))
                let headers = (try? root.readFile(FilePath("headers"), limit: 1 << 20)) ?? []
                return .success((digest, try root.status(FilePath("download"), followingLast: false), headers))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .failure(let error): throw .system(error, what: "cannot read what was fetched")
        case .success(let (digest, status, headers)):
            if let checksum, checksum != digest.description {
                throw .remote(
                    "checksum-mismatch", "digest mismatch \(digest): \(checksum)",
                    hint: "the file at \(source) is not the one that was meant, or the checksum is another file's")
            }
            return RemoteFile(
                url: source, name: url.fileName, digest: digest, path: folder.appending("download"),
                modified: HTTPDate.lastModified(in: headers), size: status.size)
        }
    }
}
