import Diagnostics
import Lessons
import SystemPackage

/// A learner's place: the workspace around the current folder, its lesson, and how far they are.
struct LearnerSession {
    let workspace: Workspace
    let lesson: Lessons.Lesson
    private(set) var progress: Progress

    var root: FilePath { workspace.root }

    /// Where lessons are looked for by name.
    static var library: LessonLibrary {
        var library = LessonLibrary(
            environment: ProgramPath.environment("LESSON_PATH"), currentFolder: ProgramPath.currentFolder,
            executable: ProgramPath.executable)
        // What a bundle brought: after what somebody points at or stands in, before what came with the program.
        let nearest = ProgramPath.currentFolder.appending("Lessons").lexicallyNormalized()
        let place = library.searchPaths.firstIndex { $0.lexicallyNormalized() == nearest }.map { $0 + 1 } ?? 0
        library.searchPaths.insert(BundledLessons.folder, at: place)
        return library
    }

    /// The workspace that the current folder is in.
    static func open() throws -> LearnerSession {
        let workspace: Workspace
        do throws(WorkspaceError) {
            workspace = try Workspace(containing: ProgramPath.currentFolder)
        } catch {
            guard error.kind == .notFound else { throw error }
            throw WorkspaceError(error.kind, message: error.message, hint: wayIn ?? error.hint)
        }
        return try open(workspace)
    }

    /// What to do for somebody who has begun a lesson and not gone into its folder.
    private static var wayIn: String? {
        let here = ProgramPath.currentFolder
        let begun = ((try? LocalFiles.names(in: here)) ?? []).prefix(1000).filter {
            LocalFiles.kind(here.appending($0).appending(".lesson")) == .folder
        }
        guard let first = begun.first else { return nil }
        return begun.count == 1
            ? "`cd \(ShellWord.quoted(first.string))` first: a lesson is under way there"
            : "go first into one of the folders where a lesson is under way: "
                + begun.prefix(5).map(\.string).joined(separator: ", ")
    }

    /// As ``open()``, nil outside of any workspace.
    static func openIfAny() throws -> LearnerSession? {
        let workspace: Workspace
        do throws(WorkspaceError) {
            workspace = try Workspace(containing: ProgramPath.currentFolder)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
        return try open(workspace)
    }

    private static func open(_ workspace: Workspace) throws -> LearnerSession {
        let progress = try workspace.readProgress()
        let lesson = try lesson(of: progress)
        return LearnerSession(workspace: workspace, lesson: lesson, progress: progress)
    }

    /// The lesson where it was when the workspace was made; when it has moved, the one of that name.
    private static func lesson(of progress: Progress) throws -> Lessons.Lesson {
        if let source = progress.source, LocalFiles.kind(FilePath(source), following: true) != nil {
            return try Lessons.Lesson(loading: FilePath(source))
        }
        do {
            return try library.load(progress.lesson, currentFolder: ProgramPath.currentFolder)
        } catch {
            throw CommandError(
                "lesson-gone", "the lesson \(progress.lesson) of this workspace is not to be found",
                hint:
                    "put it back at \(progress.source ?? "a folder of LESSON_PATH"), or name its folder in LESSON_PATH"
            )
        }
    }

    /// A lesson by its name or path.
    static func load(_ nameOrPath: String) throws -> Lessons.Lesson {
        try library.load(nameOrPath, currentFolder: ProgramPath.currentFolder)
    }

    /// Makes a workspace; files that are there already stay as they are.
    static func start(_ lesson: Lessons.Lesson, at folder: FilePath) throws -> (LearnerSession, Workspace.Started) {
        let workspace = Workspace(root: ProgramPath.currentFolder.pushing(folder).lexicallyNormalized())
        let started = try workspace.start(lesson, source: lesson.source?.string)
        let session = LearnerSession(workspace: workspace, lesson: lesson, progress: try workspace.readProgress())
        return (session, started)
    }

    /// Changes the progress, on disk and here.
    mutating func update(_ change: (inout Progress) -> Void) throws {
        progress = try workspace.updateProgress(change)
    }

    /// Reads the progress again after somebody else has changed it.
    mutating func reload() throws {
        progress = try workspace.readProgress()
    }

    /// The exercise of that id, or the one that somebody means who names none.
    func exercise(_ id: String?) throws -> Exercise {
        guard let id else {
            if let current = Walk(lesson: lesson, progress: progress).currentExercise { return current }
            throw CommandError("no-exercises", "the lesson \(lesson.id) has no exercises")
        }
        if let exercise = lesson.exercise(id) { return exercise }
        let ids = lesson.exercises.map(\.id)
        throw CommandError(
            "no-such-exercise", "the lesson \(lesson.id) has no exercise \"\(id)\"",
            hint: Suggestion.nearest(to: id, among: ids).map { "did you mean \"\($0)\"?" }
                ?? "its exercises are \(ids.joined(separator: ", "))",
            status: .usage)
    }
}

extension Lessons.Lesson {
    /// What finds this lesson again, whatever the current folder: the deck of a lone file, else the folder; absolute.
    var source: FilePath? {
        let manifest = folder?.appending(Self.manifestName)
        let hasManifest = manifest.map { LocalFiles.kind($0, following: true) == .file } ?? false
        let isWhole = hasManifest || deckPath?.lastComponent?.string == "slides.md"
        return (isWhole ? folder : deckPath).map {
            ProgramPath.currentFolder.pushing($0).lexicallyNormalized()
        }
    }
}
