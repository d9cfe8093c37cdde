/// What a step may use; nil is no limit.
package struct ResourceLimits: Hashable, Codable, Sendable {
    /// Time by the clock on the wall.
    package var wall: Duration?
    /// Processor time, of all processes together.
    package var cpu: Duration?
    /// Bytes of memory, page cache not counted against it before the rest.
    package var memory: Int64?
    /// Processes and threads at once.
    package var processes: Int?
    /// Bytes that the step's files may take on disk.
    package var writtenBytes: Int64?
    /// Files and directories that it may make.
    package var files: Int?
    /// Bytes on standard output and standard error together.
    package var outputBytes: Int64?
    /// Descriptors open at once in one process.
    package var openFiles: Int?

    /// Makes limits; what is not named is not limited.
    package init(
        wall: Duration? = nil, cpu: Duration? = nil, memory: Int64? = nil, processes: Int? = nil,
        writtenBytes: Int64? = nil, files: Int? = nil, outputBytes: Int64? = nil, openFiles: Int? = nil
    ) {
        self.wall = wall
        self.cpu = cpu
        self.memory = memory
        self.processes = processes
        self.writtenBytes = writtenBytes
        self.files = files
        self.outputBytes = outputBytes
        self.openFiles = openFiles
    }

    /// What holds where nobody says otherwise: enough to install a compiler, too little to hurt.
    package static let defaults = ResourceLimits(
        wall: .seconds(600), cpu: .seconds(900), memory: 2 << 30, processes: 512, writtenBytes: 4 << 30,
        files: 300_000, outputBytes: 16 << 20, openFiles: 4096)

    /// Nothing limited.
    package static let none = ResourceLimits()

    /// The stricter of both, limit by limit.
    package func tightened(by other: ResourceLimits) -> ResourceLimits {
        func lower<T: Comparable>(_ a: T?, _ b: T?) -> T? {
            guard let a, let b else { return a ?? b }
            return min(a, b)
        }
        return ResourceLimits(
            wall: lower(wall, other.wall), cpu: lower(cpu, other.cpu), memory: lower(memory, other.memory),
            processes: lower(processes, other.processes), writtenBytes: lower(writtenBytes, other.writtenBytes),
            files: lower(files, other.files), outputBytes: lower(outputBytes, other.outputBytes),
            openFiles: lower(openFiles, other.openFiles))
    }
}
