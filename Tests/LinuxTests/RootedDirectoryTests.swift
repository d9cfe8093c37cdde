import Glibc
import SystemPackage
import Testing

@testable import Linux

/// A folder of its own, gone at the end.
final class Folder: Sendable {
    let path: FilePath
    let root: RootedDirectory

    init() throws {
        var template = Array("/tmp/lesson-linux-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = FilePath(platformString: template)
        root = try RootedDirectory(at: path)
    }

    deinit {
        try? RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, path.components.suffix(1)))
    }
}

struct RootedDirectoryTests {
    private func jail() throws -> (Folder, RootedDirectory) {
        let folder = try Folder()
        try folder.root.makeDirectory("jail")
        try folder.root.writeFile("secret", Array("secret".utf8))
        let jail = try folder.root.subdirectory("jail")
        try jail.makeDirectories("a/b")
        try jail.writeFile("a/b/file", Array("inside".utf8))
        return (folder, jail)
    }

    @Test(arguments: [
        "../secret", "/../secret", "a/../../secret", "a/b/../../../secret", "up/secret", "absolute", "deep/secret",
        "chain",
    ])
    func nothingLeadsOut(path: String) throws {
        let (folder, jail) = try jail()
        try jail.makeSymbolicLink("up", target: "..")
        try jail.makeSymbolicLink("absolute", target: folder.path.appending("secret"))
        try jail.makeSymbolicLink("deep", target: FilePath("../../../../../../..\(folder.path.string)"))
        try jail.makeSymbolicLink("chain", target: "absolute")
        #expect(throws: LinuxError.self) { try jail.readFile(FilePath(path), limit: 100) }
        #expect(throws: LinuxError.self) { try jail.status(FilePath(path)) }
    }

    /// However many read it, a tree has one summary; and each file counts, wherever it lies.
    @Test(arguments: [0, 1, 3, 100]) func aSummaryDependsOnFilesAlone(helpers: Int) throws {
        let folder = try Folder()
        for branch in 0..<40 {
            for twig in 0..<6 { try folder.root.makeDirectories(FilePath("b\(branch)/t\(twig)")) }
            for leaf in 0..<8 { try folder.root.writeFile(FilePath("b\(branch)/t3/\(leaf)"), [UInt8(leaf)]) }
        }
        let before = try folder.root.summary(helpers: 0)
        #expect(before.hasPrefix("1 601 "))
        for _ in 0..<20 { #expect(try folder.root.summary(helpers: helpers) == before) }
        for path in ["b0/t3/0", "b39/t3/7"] as [FilePath] {
            let before = try folder.root.summary(helpers: 0)
            try folder.root.writeFile(path, [9, 9])
            #expect(try folder.root.summary(helpers: helpers) != before)
        }
    }

    @Test func magicLinksAreRefused() throws {
        let proc = try RootedDirectory(at: "/proc/self")
        #expect(throws: LinuxError.self) { try proc.entries("root") }
        #expect(throws: LinuxError.self) { try proc.status("fd/0") }
    }

    @Test(arguments: [
        ("a/b/file", "/a/b/file"), ("/a/./b/../b/file", "/a/b/file"), ("link/file", "/a/b/file"), (".", "/"),
        ("/../../a", "/a"),
    ])
    func pathsAreResolvedInside(path: String, expected: String) throws {
        let (folder, jail) = try jail()
        try jail.makeSymbolicLink("link", target: "/a/b")
        #expect(try jail.resolve(FilePath(path)) == FilePath(expected))
        withExtendedLifetime(folder) {}
    }

    @Test func writingThroughALinkStaysInside() throws {
        let (folder, jail) = try jail()
        try jail.makeSymbolicLink("out", target: folder.path)
        #expect(throws: LinuxError.self) { try jail.writeFile("out/secret", [1]) }
        #expect(throws: LinuxError.self) { try jail.makeDirectory("out/new") }
        #expect(throws: LinuxError.self) {
            try jail.remove("out/secret/x"); try jail.makeHardLink("stolen", to: "out/secret")
        }
        #expect(try folder.root.readFile("secret", limit: 100) == Array("secret".utf8))
        #expect(try folder.root.statusIfPresent("new") == nil)
    }

    @Test func specialFilesAreNotRead() throws {
        let (folder, jail) = try jail()
        try jail.makeFifo("fifo", mode: 0o644)
        try jail.makeSymbolicLink("zero", target: "/dev/zero")
        // A fifo without a writer would hang whoever opened it in the usual way.
        #expect(throws: LinuxError("read", "fifo", .invalidArgument)) { try jail.readFile("fifo", limit: 100) }
        #expect(throws: LinuxError("read", "a", .isDirectory)) { try jail.readFile("a", limit: 100) }
        #expect(throws: LinuxError("read", "zero", .invalidArgument)) {
            try RootedDirectory(at: "/dev").readFile("zero", limit: 100)
        }
        #expect(throws: LinuxError("read", "a/b/file", .fileTooLarge)) { try jail.readFile("a/b/file", limit: 5) }
        withExtendedLifetime(folder) {}
    }

    @Test func namesAreBytes() throws {
        let folder = try Folder()
        let odd = FilePath(platformString: [CChar(bitPattern: 0xff), 0x0a, 0x41, 0])
        let nfc = FilePath("\u{e9}")
        let nfd = FilePath("e\u{301}")
        for name in [odd, nfc, nfd] { try folder.root.writeFile(name, [7]) }
        let names = try Set(folder.root.entries().map { FilePath(root: nil, [$0.name]) })
        #expect(names == [odd, nfc, nfd])
        #expect(try folder.root.readFile(odd, limit: 1) == [7])
    }

    @Test func deepTreesAreRemoved() throws {
        let folder = try Folder()
        // Deeper than a path may be long, and than a program may have descriptors.
        var here = folder.root
        try here.makeDirectory("top")
        here = try here.subdirectory("top")
        for _ in 0..<3000 {
            try here.makeDirectory("deeper")
            here = try here.subdirectory("deeper")
        }
        try here.writeFile("bottom", [1])
        try folder.root.writeFile("beside", [1])
        try folder.root.makeSymbolicLink("top/link", target: folder.path.appending("beside"))
        try folder.root.remove("top")
        #expect(try folder.root.entries().map(\.name.string) == ["beside"])
        try folder.root.remove("nothing/there")
    }

    @Test func attributesAreExact() throws {
        let folder = try Folder()
        try folder.root.writeFile("file", [1, 2, 3], mode: 0o4711)
        try folder.root.setTimes("file", seconds: -5, nanoseconds: 7)
        try folder.root.setExtendedAttribute("file", "user.lesson.test", [0, 255])
        try folder.root.makeSymbolicLink("link", target: "file")
        try folder.root.makeHardLink("other", to: "file")
        let status = try folder.root.status("link")
        #expect(status.kind == .regular && status.mode == 0o4711 && status.size == 3 && status.linkCount == 2)
        #expect(status.modifiedSeconds == -5 && status.modifiedNanoseconds == 7)
        #expect(try folder.root.status("link", followingLast: false).kind == .symbolicLink)
        #expect(try folder.root.readLink("link") == "file")
        #expect(try folder.root.extendedAttribute("other", "user.lesson.test") == [0, 255])
        #expect(try folder.root.extendedAttributes("file") == ["user.lesson.test"])
        try folder.root.removeExtendedAttribute("file", "user.lesson.test")
        #expect(try folder.root.extendedAttribute("file", "user.lesson.test") == nil)
    }

    @Test func copiesKeepHoles() throws {
        let folder = try Folder()
        let file = try folder.root.openFile("sparse", .readWrite, options: [.create])
        try #require(ftruncate(file.rawValue, 64 << 20) == 0)
        let data: [UInt8] = [9, 9]
        try #require(pwrite(file.rawValue, data, 2, 32 << 20) == 2)
        try folder.root.copyFile("sparse", to: folder.root, at: "copy", mode: 0o600)
        let copy = try folder.root.status("copy")
        #expect(copy.size == 64 << 20)
        #expect(copy.blocks * 512 < 1 << 20)
        let opened = try folder.root.openFile("copy")
        var bytes: [UInt8] = [0, 0, 0]
        let got = pread(opened.rawValue, &bytes, 3, 32 << 20)
        #expect(got == 3)
        #expect(bytes == [9, 9, 0])
    }

    /// One directory that somebody fills faster than it is read must not keep the count going.
    @Test func usageEndsInAFullDirectory() throws {
        let folder = try Folder()
        for number in 0..<3000 { try folder.root.writeFile(FilePath("\(number)"), []) }
        #expect(try folder.root.usage(fileLimit: 20).files == 21)
    }

    @Test func usageCountsHardLinksOnce() throws {
        let folder = try Folder()
        try folder.root.writeFile("a", [UInt8](repeating: 1, count: 1 << 20))
        try folder.root.makeDirectory("d")
        try folder.root.makeHardLink("d/b", to: "a")
        let usage = try folder.root.usage()
        #expect(usage.files == 3)
        #expect(usage.bytes >= 1 << 20 && usage.bytes < (1 << 20) + 65536)
    }

    @Test func renamesCanRefuseToReplace() throws {
        let folder = try Folder()
        try folder.root.writeFile("a", [1])
        try folder.root.writeFile("b", [2])
        #expect(throws: LinuxError("rename", "a", .fileExists)) {
            try folder.root.rename("a", to: "b", replacing: false)
        }
        try folder.root.rename("a", to: "b")
        #expect(try folder.root.readFile("b", limit: 1) == [1])
    }
}
