import Foundation
import Testing

@testable import Images

/// An archive of seventy bytes may ask for gigabytes of memory before it holds anything.
@Suite struct DecompressionLimitTests {
    private func read(_ bytes: [UInt8]) throws(ImageError) -> [UInt8] {
        let sink = MemorySink()
        try Decompressor(MemorySource(bytes)).copy(into: sink)
        return sink.bytes
    }

    /// 1000 letters, made by `xz`; the dictionary, with the checksum of the header, is the middle of the text.
    private static func xz(dictionary: String) throws -> [UInt8] {
        let text =
            "/Td6WFoAAAFpIt42AgAhA\(dictionary)4APnAAtdADxv+7/+o7C5plYAAADmyUE7AAEj6AcAAADiFx7HPjANiwIAAAAAAVla"
        return [UInt8](try #require(Data(base64Encoded: text)))
    }

    @Test func `an xz dictionary of 64 MiB is usual, one of 512 MiB is refused`() throws {
        #expect(try read(Self.xz(dictionary: "RwAAAAQz1jM")) == [UInt8](repeating: 120, count: 1000))
        let archive = try Self.xz(dictionary: "SIAAACCQKzc")
        #expect {
            try read(archive)
        } throws: {
            guard let error = $0 as? ImageError else { return false }
            return error.code == .tooLarge && error.message.contains("512 MiB of memory, more than 256")
        }
    }

    @Test func `a second stream is held to the limit too`() throws {
        let archive = try Self.xz(dictionary: "RwAAAAQz1jM") + Self.xz(dictionary: "SIAAACCQKzc")
        #expect { try read(archive) } throws: { ($0 as? ImageError)?.code == .tooLarge }
    }

    @Test func `xz that is cut off or damaged is an error`() throws {
        let archive = try Self.xz(dictionary: "RwAAAAQz1jM")
        for length in 6..<archive.count {
            #expect { try read(Array(archive[..<length])) } throws: { ($0 as? ImageError)?.code == .malformed }
        }
        var damaged = archive
        damaged[30] ^= 1
        #expect { try read(damaged) } throws: { ($0 as? ImageError)?.code == .malformed }
    }

    /// libarchive's object is freed once, also when it is no sooner made than it fails.
    @Test(arguments: [Compression.gzip, .zstandard])
    func `a start that is damaged is an error`(_ compression: Compression) throws {
        let sink = MemorySink()
        let compressor = try Compressor(compression, to: sink)
        try compressor.write(Array("hello".utf8))
        try compressor.finish()
        for place in 4..<sink.bytes.count {
            for value in [UInt8](0...255) {
                var damaged = sink.bytes
                damaged[place] = value
                do throws(ImageError) { _ = try read(damaged) } catch { #expect(error.code == .malformed) }
            }
        }
    }

    @Test("zstd windows", arguments: [(27, true), (30, false)])
    func windows(bits: UInt8, isTaken: Bool) throws {
        // A frame with nothing but a window and one block as it is.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, (bits - 10) << 3, 0x29, 0, 0] + Array("hello".utf8)
        guard !isTaken else {
            #expect(try read(frame) == Array("hello".utf8))
            return
        }
        #expect {
            try read(frame)
        } throws: {
            guard let error = $0 as? ImageError else { return false }
            return error.code == .malformed && error.message.contains("memory")
        }
    }
}
