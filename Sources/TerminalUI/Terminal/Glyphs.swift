/// The characters that frames, marks and bars are drawn with.
package struct Glyphs: Sendable, Hashable {
    /// Before a check that passed, failed, could not run, was skipped, or wants a person's eye.
    package var pass, fail, error, skipped, review: String
    /// Before an item of a list, by depth.
    package var bullets: [String]
    /// A horizontal rule, the line left of a quotation, the line left of code.
    package var rule, quote, code: String
    /// What a bar is made of: the shared part, the added part.
    package var barShared, barAdded: String
    /// What stands for text left out.
    package var ellipsis: String
    /// Between facts on one line.
    package var dot: String
    /// The pictures of a spinner.
    package var spinner: [String]

    /// For terminals that show Unicode.
    package static let unicode = Glyphs(
        pass: "✔", fail: "✘", error: "!", skipped: "–", review: "?", bullets: ["•", "◦", "▪"], rule: "─", quote: "▌",
        code: "│", barShared: "█", barAdded: "▒", ellipsis: "…", dot: "·",
        spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"])

    /// For all others.
    package static let ascii = Glyphs(
        pass: "+", fail: "x", error: "!", skipped: "-", review: "?", bullets: ["*", "-", "+"], rule: "-", quote: "|",
        code: "|", barShared: "#", barAdded: "=", ellipsis: "...", dot: "-", spinner: ["|", "/", "-", "\\"])
}
