import Dockerfile
import Images
import OCI

/// What can be wrong with a text that a Dockerfile gives as the name of an image.
enum ImageName {
    /// What to do about a text that can be no name.
    static func hint(_ name: String) -> String {
        if isElsewhere(name) {
            return "a Dockerfile only names images: bring this one here with `docker load -i FILE` or "
                + "`docker pull \(prefix(of: name))... NAME`, then write FROM NAME"
        }
        return "a name looks like debian:12 or example.org/you/image"
    }

    /// Whether it says where skopeo would find an image that has no name: an archive, a layout, a daemon.
    static func isElsewhere(_ name: String) -> Bool { Skopeo.hasTransport(name) }

    /// Why nobody need be asked for it, nil where it can be a name.
    static func problem(_ name: String) -> String? {
        do throws(ReferenceError) {
            _ = try Reference(parsing: name)
            return nil
        } catch {
            return "\(GoQuote.quote(name)) is no image's name: \(error.message)"
        }
    }

    private static func prefix(of name: String) -> Substring { name.prefix { $0 != ":" } + ":" }
}
