/// How a stretch of text looks. Meaning never rests on it alone: without colour the words remain.
package struct Style: Hashable, Sendable {
    /// The eight colours that every terminal has, in the reader's own palette.
    package enum Colour: Int, Hashable, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
    }

    package var colour: Colour?
    package var isBold: Bool
    package var isDim: Bool
    package var isItalic: Bool
    package var isUnderlined: Bool
    package var isStruck: Bool
    /// Foreground and background changed places: what is chosen.
    package var isReversed: Bool

    /// Makes a style.
    package init(
        colour: Colour? = nil, isBold: Bool = false, isDim: Bool = false, isItalic: Bool = false,
        isUnderlined: Bool = false, isStruck: Bool = false, isReversed: Bool = false
    ) {
        self.colour = colour
        self.isBold = isBold
        self.isDim = isDim
        self.isItalic = isItalic
        self.isUnderlined = isUnderlined
        self.isStruck = isStruck
        self.isReversed = isReversed
    }

    package static let plain = Style()
    package static let chosen = Style(isReversed: true)
    package static let heading = Style(colour: .cyan, isBold: true)
    package static let strong = Style(isBold: true)
    package static let emphasis = Style(isItalic: true)
    package static let code = Style(colour: .yellow)
    package static let link = Style(colour: .blue, isUnderlined: true)
    package static let muted = Style(isDim: true)
    package static let pass = Style(colour: .green, isBold: true)
    package static let fail = Style(colour: .red, isBold: true)
    package static let error = Style(colour: .magenta, isBold: true)
    package static let warning = Style(colour: .yellow, isBold: true)

    /// This style with what the other adds.
    package func adding(_ other: Style) -> Style {
        var sum = self
        sum.colour = other.colour ?? colour
        sum.isBold = isBold || other.isBold
        sum.isDim = isDim || other.isDim
        sum.isItalic = isItalic || other.isItalic
        sum.isUnderlined = isUnderlined || other.isUnderlined
        sum.isStruck = isStruck || other.isStruck
        sum.isReversed = isReversed || other.isReversed
        return sum
    }

    /// The text between the escape codes of this style (ECMA-48, SGR).
    func wrap(_ text: String) -> String {
        var codes: [Int] = []
        if isBold { codes.append(1) }
        if isDim { codes.append(2) }
        if isItalic { codes.append(3) }
        if isUnderlined { codes.append(4) }
        if isReversed { codes.append(7) }
        if isStruck { codes.append(9) }
        if let colour { codes.append(colour.rawValue) }
        guard !codes.isEmpty, !text.isEmpty else { return text }
        return "\u{1B}[\(codes.map(String.init).joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
