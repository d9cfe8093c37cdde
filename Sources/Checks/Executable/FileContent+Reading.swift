extension FileContent {
    /// What a file is, from its size and a way to read it by offset.
    package init(size: UInt64, read: @escaping (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        let head = read(0, 512)
        if head.isEmpty {
            self = size == 0 ? .empty : .binary
            return
        }
        if ELFReader.hasMagic(head) {
            var reader = ELFReader(size: size, read: read)
            self = reader.read().map(FileContent.elf) ?? .binary
            return
        }
        if head.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "!")]) {
            let line = head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 && $0 != UInt8(ascii: "\r") }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            self = .script(words.first.map(String.init) ?? "")
            return
        }
        self = head.contains(0) ? .binary : .text
    }
}
