import OCI

extension Skopeo {
    /// What skopeo's words mean. It has no other way to say it.
    static func failure(_ words: String, _ reference: Reference?, source: String? = nil) -> ImageError {
        let name = reference?.familiar ?? source ?? "the image"
        let registry = reference?.registry ?? "the registry"
        func says(_ patterns: String...) -> Bool {
            let lower = words.lowercased()
            return patterns.contains { lower.contains($0) }
        }
        let last = words.split(separator: "\n").last.map { line in
            var text = String(line)
            if let start = text.firstRange(of: "msg=\"") { text = String(text[start.upperBound...].dropLast()) }
            return text
        }
        if says("no space left on device") {
            return ImageError(.diskFull, "no space left for \(name)", hint: "free some space")
        }
        if reference == nil, let source {
            if says("docker daemon", "daemon running") {
                return ImageError(
                    .unreachable, "no Docker daemon answers for \(source)",
                    hint: "start it, or name its socket in DOCKER_HOST, as in unix:///run/docker.sock")
            }
            if says("reference does not exist", "no such image") {
                return ImageError(
                    .noSuchImage, "the daemon has no image \(source)", hint: "`docker images` there lists what it has")
            }
            if says("no such file or directory", "not a directory") {
                return ImageError(.noSuchImage, "there is no image at \(source)", hint: "check the path")
            }
        }
        if says("too many requests", "toomanyrequests", "statuscode: 429") {
            return ImageError(
                .unreachable, "the registry \(registry) has had too many requests from here",
                hint: "try again later, log in with `lesson docker login \(registry)`, or use a mirror")
        }
        // What the manifest names and the registry does not have is another matter than a name it does not know.
        let isBlob = says("reading blob", "fetching blob", "writing blob")
        if !isBlob,
            says("manifest unknown", "name unknown", "repository name not known", "404 (not found)", "statuscode: 404")
        {
            return ImageError(
                .noSuchImage, "the registry \(registry) has no image \(name)", hint: "check its name and tag")
        }
        if says(
            "no image found in manifest list", "no image found in image index", "choosing an image from manifest list")
        {
            return ImageError(
                .noSuchImage, "\(name) has no image for this platform", hint: "choose another with `--platform`")
        }
        if says("unauthorized", "authentication required", "denied", "invalid username/password", "403 (forbidden)") {
            return ImageError(
                .unauthorized, "the registry \(registry) does not let you have \(name), or it does not exist there",
                hint: "log in with `lesson docker login \(registry)`, or check the name")
        }
        if says(
            "no such host", "connection refused", "i/o timeout", "network is unreachable", "no route to host",
            "connection reset", "tls handshake timeout", "server misbehaving", "temporary failure in name resolution",
            "pinging container registry", "proxyconnect", "context deadline exceeded")
        {
            return ImageError(
                .unreachable, "the registry \(registry) does not answer",
                hint: "check the network, or load the image with `lesson docker load`")
        }
        return ImageError(.toolFailed, "skopeo failed for \(name): \(last ?? "it said nothing")")
    }
}
