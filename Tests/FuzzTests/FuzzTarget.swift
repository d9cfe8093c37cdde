/// The parsers of text and bytes that come from outside.
enum FuzzTarget: String, CaseIterable, Sendable, Codable {
    case layer
    case compression
    case imageArchive = "image-archive"
    case dockerfile
    case expansion
    case dockerignore
    case json
    case elf
    case lesson
    case names
    case template
    case deck
    case bundle

    func subject() throws -> FuzzSubject {
        switch self {
        case .layer: try Subjects.layer()
        case .compression: try Subjects.compression()
        case .imageArchive: try Subjects.imageArchive()
        case .dockerfile: Subjects.dockerfile()
        case .expansion: Subjects.expansion()
        case .dockerignore: Subjects.dockerignore()
        case .json: Subjects.json()
        case .elf: try Subjects.elf()
        case .lesson: try Subjects.lesson()
        case .names: Subjects.names()
        case .template: Subjects.template()
        case .deck: Subjects.deck()
        case .bundle: try Subjects.bundle()
        }
    }

    /// How many inputs a run of the test suite tries.
    var iterations: Int {
        switch self {
        case .layer, .lesson, .imageArchive: 200
        case .dockerignore: 120
        case .deck, .dockerfile, .elf: 300
        case .compression: 400
        default: 500
        }
    }
}

/// Where each target's subject is made, beside its seeds.
enum Subjects {}
