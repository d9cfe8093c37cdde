import OCI

/// The part of Go's `text/template` that people use with `docker --format`: fields, variables, pipelines, `if`, `range`,
/// `with`.
///
/// Docker's own functions are there: `json`, `join`, `split`, `lower`, `upper`, `title`, `truncate`, `pad`, `println`,
/// and of Go's `len`, `index`, `slice`, `eq`, `ne`, `lt`, `le`, `gt`, `ge`, `and`, `or`, `not`, `print`, `printf`. What is
/// missing is refused by name.
struct GoTemplate: Sendable {
    indirect enum Node: Sendable {
        case text(String)
        case print(Pipeline)
        case branch(Pipeline, then: [Node], otherwise: [Node])
        /// `{{range $key, $value := ...}}`, the variables being wanted or not.
        case range(Pipeline, key: String?, value: String?, body: [Node], otherwise: [Node])
        /// `{{$name := ...}}` and `{{$name = ...}}`
        case assign(String, Pipeline)
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
        /// `$name.A`
        case variable(String, field: [String])
        case literal(JSON)
        case pipeline(Pipeline, field: [String])
    }

    /// A template that is none, or that asks for what is not there.
    struct Failure: Error, Sendable, Hashable {
        /// Lower case, no full stop.
        var message: String
        /// Whether the text is no template at all, rather than one that asks for what is not there.
        var isSyntax = false
    }

    let nodes: [Node]

    /// Parses a template. `\t` and `\n` written out are a tab and a line feed, as in Docker.
    init(parsing text: String) throws(Failure) {
        let unescaped = text.replacing("\\t", with: "\t").replacing("\\n", with: "\n")
        var parser = GoTemplateParser(unescaped)
        nodes = try parser.template()
    }
}
