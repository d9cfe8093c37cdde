import Diagnostics
import Dockerfile

/// The scope before the first `FROM`.
struct GlobalArguments: Sendable {
    /// What `FROM` and `ARG` without a default see: platform arguments and every `ARG` that has a value.
    private(set) var values: EnvironmentList
    /// Names that an `ARG` before the first `FROM` declares.
    private(set) var declared: Set<String> = []
    /// Where `SOURCE_DATE_EPOCH` was declared.
    private(set) var epochRange: SourceRange?

    /// Evaluates the arguments, one after the other; each sees those before it.
    init(
        of dockerfile: Dockerfile, platform values: EnvironmentList, buildArguments: [String: String], file: String
    ) throws(BuildFailure) {
        self.values = values
        for command in dockerfile.metaArguments {
            guard case .arg(let instruction) = command.instruction else { continue }
            for argument in instruction.arguments {
                declared.insert(argument.name)
                if argument.name == "SOURCE_DATE_EPOCH" { epochRange = command.range }
                if let given = buildArguments[argument.name] {
                    self.values[argument.name] = given
                } else if let text = argument.value {
                    do throws(WordError) {
                        let value = try Self.value(text, self.values, dockerfile)
                        self.values[argument.name] = value
                    } catch {
                        throw .word(error, file: file, range: command.range)
                    }
                }
            }
        }
    }

    /// A value; the variables are let go before they change: a copy for each `ARG` would make many of them quadratic.
    private static func value(
        _ text: String, _ known: EnvironmentList, _ dockerfile: Dockerfile
    ) throws(WordError) -> String {
        try dockerfile.wordExpander.expand(text) { known[$0] }.text
    }
}
