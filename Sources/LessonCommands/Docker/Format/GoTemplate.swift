import OCI

/// The part of Go's `text/template` that people use with `docker --format`: fields, pipelines, `if`, `range`, `with`.
///
/// Docker's own functions are there: `json`, `join`, `split`, `lower`, `upper`, `title`, `truncate`, `pad`, `println`,
/// and of Go's `len`, `index`, `eq`, `ne`, `and`, `or`, `not`, `print`. What is missing is refused by name.
struct GoTemplate: Sendable {
    indirect enum Node: Sendable {
        case text(String)
        case print(Pipeline)
        case branch(Pipeline, then: [Node], otherwise: [Node])
        case range(Pipeline, body: [Node], otherwise: [Node])
        case with(Pipeline, body: [Node], otherwise: [Node])
    }

    /// Commands joined by `|`: each gets the value of the one before as its last argument.
    struct Pipeline: Sendable {
        var commands: [Command]
    }

    /// A function with arguments, or a single operand.
    struct Command: Sendable {
        var function: String?
        var operands: [Operand]
    }

    indirect enum Operand: Sendable {
        /// `.A.B`, from the current value, or from the whole with `$`.
        case field([String], isRoot: Bool)
        case literal(JSON)
        case pipeline(Pipeline, field: [String])
    }

    /// A template that is none, or that asks for what is not there.
    struct Failure: Error, Sendable, Hashable {
        /// Lower case, no full stop.
        var message: String
    }

    let nodes: [Node]

    /// Parses a template. `\t` and `\n` written out are a tab and a line feed, as in Docker.
    init(parsing text: String) throws(Failure) {
        let unescaped = text.replacing("\\t", with: "\t").replacing("\\n", with: "\n")
        var parser = GoTemplateParser(unescaped)
        nodes = try parser.template()
    }
}
