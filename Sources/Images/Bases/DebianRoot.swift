import Glibc
import Linux
import OCI
import SystemPackage

/// Makes a root directory out of Debian packages with mmdebstrap.
struct DebianRoot {
    let store: Store
    let debian: BaseImageRecipe.Debian
    let date: Timestamp

    func make(progress: @escaping @Sendable (String) -> Void) async throws(ImageError) -> SnapshotID {
        guard isWord(debian.suite), isWord(debian.variant), debian.packages.allSatisfy({ isWord($0) }) else {
            throw ImageError(.unsupported, "a name of a suite, variant or package for Debian has odd characters")
        }
        let sources = AptSources().serving(suite: debian.suite, components: debian.components)
        guard !sources.isEmpty else {
            throw ImageError(
                .notAvailable, "apt on this machine knows no mirror for Debian \(debian.suite)",
                hint: "add one to /etc/apt/sources.list, or load the image with `lesson docker load`")
        }
        let folder = try store.ownPendingFolder().appending(SnapshotID.random().description)
        guard mkdir(folder.string, 0o755) == 0 else { throw .system("cannot make the folder \(folder)") }
        defer {
            // Where mmdebstrap is stopped its mounts are left, and with them what they stand on.
            MountTable.detachAll(below: folder)
            try? store.removeTree(folder)
        }
        let archive = folder.appending("root.tar")
        var command = ChildProcess.Command(
            "mmdebstrap", arguments(sources, archive),
            environment: ChildProcess.Command.hostEnvironment.filter {
                !$0.hasPrefix("TMPDIR=") && !$0.hasPrefix("LC_")
            }
                + ["TMPDIR=\(folder)", "SOURCE_DATE_EPOCH=\(date.seconds)", "LC_ALL=C.UTF-8"])
        command.newSession = true
        progress("making Debian \(debian.suite) from packages")
        let completion = try await run(command, progress)
        guard completion.ending.isSuccess else { throw failure(completion) }
        progress("storing Debian \(debian.suite)")
        return try await store.importLayer(from: .file(archive), exact: false).snapshot
    }

    private func isWord(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte == 45 || byte == 43 || byte == 46
            }
    }

    private func arguments(_ sources: [AptSources.Entry], _ archive: FilePath) -> [String] {
        var options = [
            "--mode=root", "--format=tar", "--variant=\(debian.variant)", "--skip=output/dev",
            // devpts wants a group that is not mapped everywhere: the few devices that scripts use are enough.
            "--skip=chroot/mount/dev", "--setup-hook=" + Self.makeDevices, "--customize-hook=" + Self.removeDevices,
            "--aptopt=APT::Sandbox::User \"root\"", "--aptopt=Acquire::Languages \"none\"",
            "--dpkgopt=force-unsafe-io", "--customize-hook=" + Self.tidy,
        ]
        if !debian.packages.isEmpty { options.append("--include=" + debian.packages.sorted().joined(separator: ",")) }
        for name in ["http", "https"] {
            if let proxy = HostProxy.apt(name) { options.append("--aptopt=Acquire::\(name)::Proxy \"\(proxy)\"") }
        }
        return options + [debian.suite, archive.string] + sources.map(\.line)
    }

    private static let devices = "null zero full random urandom tty"
    private static let makeDevices =
        #"mkdir -p "$1/dev" && for d in \#(devices); do : > "$1/dev/$d" && mount --bind "/dev/$d" "$1/dev/$d"; done"#
    private static let removeDevices =
        #"for d in \#(devices); do umount "$1/dev/$d" && rm -f "$1/dev/$d"; done"#

    /// What Docker's image of Debian has besides: no package lists or archives are kept, no services are started. And
    /// nothing that tells when or where the image was made.
    private static let tidy = #"""
        set -e; cd "$1"; rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap
        printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d; chmod 755 usr/sbin/policy-rc.d
        echo force-unsafe-io > etc/dpkg/dpkg.cfg.d/docker-apt-speedup
        printf '%s\n' 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };' 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";' > etc/apt/apt.conf.d/docker-clean
        echo 'Acquire::Languages "none";' > etc/apt/apt.conf.d/docker-no-languages
        echo 'Apt::AutoRemove::SuggestsImportant "false";' > etc/apt/apt.conf.d/docker-autoremove-suggests
        rm -rf var/lib/apt/lists/* var/cache/apt/* var/log/apt/* var/log/*.log var/cache/debconf/*-old var/lib/dpkg/*-old var/cache/ldconfig/aux-cache
        rm -f etc/resolv.conf etc/hostname; : > etc/machine-id; find . -xdev -name '*.pyc' -newer etc/machine-id -delete
        """#

    /// Runs mmdebstrap on a thread whose `fsync` is idle: what it makes is stored, and synced, by us.
    private func run(
        _ command: ChildProcess.Command, _ progress: @escaping @Sendable (String) -> Void
    ) async throws(ImageError) -> ChildProcess.Completion {
        let cancellation: Wakeup
        do throws(LinuxError) { cancellation = try Wakeup() } catch { throw ImageError(error) }
        let isSingle = store.ids.isSingle
        let result: Result<ChildProcess.Completion, LinuxError> = await withTaskCancellationHandler {
            await DedicatedThread.result { () throws(LinuxError) in
                try Emulation.begin(identities: isSingle)
                let log = ProgressLog(progress)
                var completion = try ChildProcess.runBlocking(
                    command, deadline: .seconds(3600), outputLimit: 64 << 20, cancellation: cancellation
                ) { _, bytes in log.add(bytes) }
                completion.standardError = log.tail
                return completion
            }
        } onCancel: {
            cancellation.wake()
        }
        do throws(LinuxError) {
            return try result.get()
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw ImageError(error) }
            throw ImageError(
                .missingTool, "mmdebstrap is not installed here, which makes Debian images without a registry",
                hint: "install it: apt-get install mmdebstrap")
        }
    }

    private func failure(_ completion: ChildProcess.Completion) -> ImageError {
        if completion.ending == .signalled(SIGKILL) {
            return ImageError(.cancelled, "stopped while Debian \(debian.suite) was made")
        }
        let lines = String(decoding: completion.standardError, as: UTF8.self).split(separator: "\n")
        let wanted = lines.filter { $0.hasPrefix("E: ") || $0.hasPrefix("Err:") }
        let words = wanted.first.map { $0.drop { $0 != " " }.dropFirst() } ?? lines.last ?? "it said nothing"
        let isNetwork = lines.contains { line in
            ["Could not resolve", "Failed to fetch", "Connection failed", "Unable to connect", "Could not connect"]
                .contains { line.contains($0) }
        }
        if lines.contains(where: { $0.contains("No space left") }) {
            return ImageError(.diskFull, "no space left to make Debian \(debian.suite)", hint: "free some space")
        }
        return ImageError(
            isNetwork ? .unreachable : .toolFailed,
            isNetwork
                ? "no mirror of Debian answers: \(words)"
                : "mmdebstrap could not make Debian \(debian.suite): \(words)",
            hint: isNetwork
                ? "connect to the network once, or load the image with `lesson docker load` or `lesson bundle load`"
                : "run `lesson doctor` to see what this machine lacks")
    }
}
