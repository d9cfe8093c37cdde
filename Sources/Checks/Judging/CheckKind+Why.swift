import Lessons

extension CheckKind {
    /// Why it matters, in one sentence that holds in any lesson; a lesson says it better where it knows more.
    var usualReason: String {
        switch self {
        case .builds: "everything else is judged on the image that comes out"
        case .stages: "only a second stage leaves the tools of the first behind for good"
        case .stageName: "a name stays right when stages are moved, a number does not"
        case .finalBase: "what the last stage stands on is in the image for good"
        case .imageDelta: "what is in the image and not needed is sent, kept and attacked for nothing"
        case .forbiddenFiles: "whoever has the image can read every layer of it, and what a later layer deletes too"
        case .executable: "a program starts only with its loader, its libraries and the right mode"
        case .run: "an image is there to be run"
        case .size, .added: "every machine that runs the image has to fetch and keep all of it"
        case .layers: "each layer is fetched and kept for itself, even what a later one hides"
        case .config: "those who run the image rely on what it says of itself"
        case .instruction: "the same image can come about in better and in worse ways"
        case .lint: "what the linter remarks on is what goes wrong later"
        case .cached: "a step that comes from the cache costs no time"
        case .file: "what runs in the image relies on its files"
        case .origin: "only what the build itself makes can be made again by others"
        case .substitution: "a program that does not follow its source was not made from it"
        }
    }
}
