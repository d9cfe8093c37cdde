/// How many words Docker's commands take, and what its client says of them to somebody who gives too few or too many.
struct DockerArity {
    /// As in `requires exactly 1 argument`.
    let requirement: String
    /// What stands after the command's name.
    let usage: String
    let abstract: String

    /// - Parameter path: the command's names, as in `["image", "ls"]`; nil for what is none of Docker's.
    init?(_ path: [String]) {
        let name = path.joined(separator: " ")
        let family = path.count > 1 ? path[0] : ""
        let last = path.last ?? ""
        guard let row = Self.rows[name] ?? (["image", "container"].contains(family) ? Self.rows[last] : nil) else {
            return nil
        }
        (requirement, usage, abstract) = row
    }

    private static let none = "accepts no arguments"
    private static let one = "requires exactly 1 argument"
    private static let some = "requires at least 1 argument"
    private static let maybe = "requires at most 1 argument"

    private static let rows: [String: (String, String, String)] = [
        "build": (one, "[OPTIONS] PATH | URL | -", "Build an image from a Dockerfile"),
        "commit": (
            "requires at least 1 and at most 2 arguments", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
            "Create a new image from a container's changes"
        ),
        "export": (one, "[OPTIONS] CONTAINER", "Export a container's filesystem as a tar archive"),
        "history": (one, "[OPTIONS] IMAGE", "Show the history of an image"),
        "image inspect": (
            some, "[OPTIONS] IMAGE [IMAGE...]", "Display detailed information on one or more images"
        ),
        "container inspect": (
            some, "[OPTIONS] CONTAINER [CONTAINER...]", "Display detailed information on one or more containers"
        ),
        "image ls": (maybe, "[OPTIONS] [REPOSITORY[:TAG]]", "List images"),
        "image prune": (none, "[OPTIONS]", "Remove unused images"),
        "image rm": (some, "[OPTIONS] IMAGE [IMAGE...]", "Remove one or more images"),
        "images": (maybe, "[OPTIONS] [REPOSITORY[:TAG]]", "List images"),
        "import": (
            some, "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
            "Import the contents from a tarball to create a filesystem image"
        ),
        "info": (none, "[OPTIONS]", "Display system-wide information"),
        "inspect": (some, "[OPTIONS] NAME|ID [NAME|ID...]", "Return low-level information on Docker objects"),
        "load": (none, "[OPTIONS]", "Load an image from a tar archive or STDIN"),
        "login": (maybe, "[OPTIONS] [SERVER]", "Log in to a Docker registry"),
        "logout": (maybe, "[SERVER]", "Log out from a Docker registry"),
        "ls": (none, "[OPTIONS]", "List containers"),
        "ps": (none, "[OPTIONS]", "List containers"),
        "pull": (one, "[OPTIONS] NAME[:TAG|@DIGEST]", "Pull an image or a repository from a registry"),
        "push": (one, "[OPTIONS] NAME[:TAG]", "Push an image or a repository to a registry"),
        "rm": (some, "[OPTIONS] CONTAINER [CONTAINER...]", "Remove one or more containers"),
        "rmi": (some, "[OPTIONS] IMAGE [IMAGE...]", "Remove one or more images"),
        "run": (some, "[OPTIONS] IMAGE [COMMAND] [ARG...]", "Run a command in a new container"),
        "save": (
            some, "[OPTIONS] IMAGE [IMAGE...]",
            "Save one or more images to a tar archive (streamed to STDOUT by default)"
        ),
        "system df": (none, "[OPTIONS]", "Show docker disk usage"),
        "system info": (none, "[OPTIONS]", "Display system-wide information"),
        "system prune": (none, "[OPTIONS]", "Remove unused data"),
        "tag": (
            "requires exactly 2 arguments", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
            "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE"
        ),
        "version": (none, "[OPTIONS]", "Show the Docker version information"),
    ]
}
