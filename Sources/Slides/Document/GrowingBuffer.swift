/// A buffer that only grows at its end. The loader appends a node or a word at a time, some hundred thousand times; an
/// array asks each time whether it is shared.
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(16, capacity)
        base = UnsafeMutablePointer.allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Reads or changes an element; indices are the caller's to get right, as with any array.
    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count)
            base[index] = newValue
        }
        _modify {
            precondition(index >= 0 && index < count)
            yield &base[index]
        }
    }

    mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        base[count] = element
        count += 1
    }

    mutating func append(_ elements: UnsafePointer<Element>, count added: Int) {
        guard added > 0 else { return }
        if count + added > capacity { grow(to: count + added) }
        (base + count).initialize(from: elements, count: added)
        count += added
    }

    private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.moveInitialize(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    /// Forgets what it holds and keeps the room.
    mutating func removeAll() { count = 0 }

    func string(_ start: Int, _ length: Int) -> String {
        precondition(start >= 0 && length >= 0 && start + length <= count)
        return UnsafeBufferPointer(start: base + start, count: length).withMemoryRebound(to: UInt8.self) {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
