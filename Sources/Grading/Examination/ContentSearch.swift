import Checks
import OCI

/// Searches files for texts, piece by piece, up to an amount for all of them together. What it does not read it tells.
struct ContentSearch {
    /// As much is read of one image: beyond what a build may write by default.
    static let usualLimit: UInt64 = 8 << 30
    private static let piece = 1 << 20
    private static let maximumExamples = 20

    private let texts: [String]
    private let searches: [ByteStreamSearch]
    private let limit: UInt64
    private var left: UInt64
    private(set) var hits: [ContentHit] = []
    private var rest = UnsearchedContent()

    init(_ texts: [String], limit: UInt64 = usualLimit) {
        var seen: Set<String> = []
        self.texts = texts.filter { !$0.isEmpty && seen.insert($0).inserted }
        searches = self.texts.map { ByteStreamSearch(Array($0.utf8)) }
        self.limit = limit
        left = limit
        rest.limit = Int64(clamping: limit)
    }

    /// Nil when all was read.
    var unsearched: UnsearchedContent? { rest.files == 0 && rest.unreadable.isEmpty ? nil : rest }

    /// - Parameters:
    ///   - file: nil when it cannot be opened.
    ///   - isListed: whether the delta has the entry.
    mutating func search(_ entry: ImageDelta.Entry, _ file: LayerContent?, isListed: Bool) {
        guard !texts.isEmpty else { return }
        guard let file else {
            // What is a hard link to something that is no regular file has no content.
            if entry.kind == .file { addUnreadable(entry) }
            return
        }
        var searches = searches
        var offset: UInt64 = 0
        while offset < file.size, searches.contains(where: { $0.count == 0 }) {
            guard left > 0 else {
                rest.files += 1
                rest.bytes = rest.bytes.addingSize(Int64(clamping: file.size - offset))
                if rest.examples.count < Self.maximumExamples { rest.examples.append(entry.path) }
                break
            }
            let bytes = file.read(offset, Int(min(UInt64(Self.piece), left, file.size - offset)))
            if bytes.isEmpty {
                addUnreadable(entry)
                break
            }
            for index in searches.indices { searches[index].read(bytes, atMost: 1) }
            offset += UInt64(bytes.count)
            left -= min(left, UInt64(bytes.count))
        }
        for (text, search) in zip(texts, searches) where search.count > 0 {
            hits.append(ContentHit(text: text, path: entry.path, omitted: isListed ? nil : entry))
        }
    }

    private mutating func addUnreadable(_ entry: ImageDelta.Entry) {
        if rest.unreadable.count < Self.maximumExamples { rest.unreadable.append(entry.path) }
    }
}
