/// Docker's question before something is removed. The answer is a line of standard input, whatever that is: `yes |` is one
/// way to answer, and no line is no.
enum PruneQuestion {
    /// - Parameters:
    ///   - warning: what will be removed.
    ///   - isSure: nobody is asked.
    static func confirm(_ warning: String, isSure: Bool, _ console: Console) -> Bool {
        if isSure { return true }
        console.printText("WARNING! This will remove\(warning)Are you sure you want to continue? [y/N] ")
        let answer = readLine() ?? ""
        return ["y", "Y"].contains(answer.filter { !$0.isWhitespace })
    }
}
