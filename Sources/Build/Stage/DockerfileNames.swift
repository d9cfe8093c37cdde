import struct Dockerfile.FileMode

/// A value of `--chmod`; SystemPackage has a `FileMode` of its own.
typealias ModeChange = FileMode
