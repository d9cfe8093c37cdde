import Checks
import Foundation
import Images
import Lessons
import OCI
import SystemPackage

@testable import LessonCommands

extension Subjects {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    /// JSON, and all that images say in it.
    static func json() -> FuzzSubject {
        let descriptor = #"{"mediaType":"application/vnd.oci.image.config.v1+json","size":7023,"digest":"\#(digest)"}"#
        let seeds = [
            #"{"schemaVersion":2,"config":\#(descriptor),"layers":[\#(descriptor),\#(descriptor)],"annotations":{"a":"b"}}"#,
            #"{"schemaVersion":2,"manifests":[{"mediaType":"m","size":1,"digest":"\#(digest)","platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"#,
            #"{"created":"2024-02-29T23:59:60.5+01:00","architecture":"amd64","os":"linux","config":{"User":"1:2","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["/x"],"Cmd":null,"Volumes":{"/v":{}},"Labels":{"l":"\u00e9\ud83d\ude00"},"StopSignal":"SIGTERM","Healthcheck":{"Test":["CMD","x"],"Interval":30000000000,"Retries":3},"OnBuild":["RUN x"],"Shell":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":["\#(digest)"]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"c","empty_layer":true},{"comment":"x"}]}"#,
            #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["l.tar"]}]"#,
            #"[1,-0,1.5e+300,1E400,"",[],{},true,false,null]"#,
        ]
        let words = [
            "null", "true", "1e999999999", "-", "\\u0000", "\\ud800", "\\udc00", "[", "{", "\"", "]", "}", ":", ",",
            "9223372036854775808", "\u{FF}", "+24:00", "sha512:",
        ]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: words) { bytes in
            guard let json = try? JSON(parsing: bytes) else { return }
            guard (try? JSON(parsing: json.text)) == json else {
                throw Finding(description: "JSON is not the same once it was written and read")
            }
            for item in [json] + (json.array ?? []) {
                _ = try? Manifest(json: item).json
                _ = try? Index(json: item).json
                _ = try? ImageConfiguration(json: item)
                _ = try? ContainerConfiguration(json: item)
                _ = try? DockerArchiveEntry(json: item).json
                _ = try? Descriptor(json: item)
                _ = Platform(json: item)
            }
            _ = try? ImageConfiguration(parsing: bytes)
        }
    }

    /// Names of images, digests, platforms, times.
    static func names() -> FuzzSubject {
        let seeds = [
            "debian", "localhost:5000/a/b_c--d:v1.2", "r.example.com/x@\(digest)", "[::1]:80/a:t", digest,
            "linux/arm64/v8", "2024-02-29T23:59:60.123456789+01:00", "20240229T120000Z",
            "a.b/c:\(String(repeating: "t", count: 128))",
        ]
        let words = [":", "/", "@", "//", ":0", "__", ".", "-", "\u{0}", "é", digest, "T", "Z", "+99:99", "-0001-"]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: words) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let reference = try? Reference(parsing: text),
                (try? Reference(parsing: reference.description)) != reference
            {
                throw Finding(description: "a reference is another once it was written and read")
            }
            _ = Digest(text)
            _ = Platform(text)
            _ = Timestamp(text)?.description
            _ = Timestamp(day: text)?.description
        }
    }

    /// `--format`.
    static func template() -> FuzzSubject {
        let seeds = [
            #"{{.Id}} {{json .}} {{range $i, $x := .List}}{{$i}}={{$x}}{{else}}none{{end}}"#,
            #"{{with .Labels}}{{index . "a"}}{{end}}{{if and (eq .N 12) (not .Flag)}}yes{{else if lt .N 3}}few{{end}}"#,
            #"{{printf "%5.2f|%-4d|%04d|%q|%x|%t" .N .N .N .Id .Id .Flag}}{{- /* words */ -}}{{slice .Id 1 3}}"#,
            #"{{join .List ","}}{{split .Id ":"}}{{pad .Id 1 2}}{{truncate .Id 3}}{{len .List}}{{title .Id | upper}}"#,
        ]
        let words = [
            "{{", "}}", "{{-", "-}}", "/*", "*/", "(", ")", "|", ".", "$", ":=", "end", "else", "range", "\"", "`",
            "%f", "%.9f", "%99999d", "9223372036854775807", "-1", "1000000000000000", "index .List", "slice",
        ]
        let value: JSON = [
            "Id": "sha256:0123", "N": 12, "Big": .number("1e300"), "Flag": true, "List": ["a", 1, .null],
            "Labels": ["a": "é\u{301}"],
        ]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: words) { bytes in
            do throws(GoTemplate.Failure) {
                _ = try GoTemplate(parsing: String(decoding: bytes, as: UTF8.self)).render(value)
            } catch {}
        }
    }

    /// Programs in images.
    static func elf() throws -> FuzzSubject {
        let program = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/bin/true")))
        var small = ELFReader(program)
        guard small.read() != nil, small.buildID() != nil else {
            throw Finding(description: "/bin/true is no ELF file")
        }
        // The header and the tables at the beginning are what counts; one seed keeps the sections at the end.
        let seeds = [program, Array(program.prefix(4096)), Array(program.prefix(1024))]
        return FuzzSubject(
            seeds: seeds, words: ["\u{7F}ELF", "GNU\u{0}", "\u{1}", "\u{2}"],
            repair: { bytes, mutator in
                // Three times in four something in the header or in the tables of segments.
                guard mutator.below(4) > 0, bytes.count > 1024 else { return }
                for _ in 0...mutator.below(4) {
                    bytes[mutator.below(mutator.below(2) == 0 ? 64 : 1024)] =
                        [0, 1, 0x7F, 0x80, 0xFF][mutator.below(5)]
                }
            }
        ) { bytes in
            var reader = ELFReader(bytes)
            _ = reader.read()
            _ = reader.buildID()
        }
    }

    /// What a bundle says of itself.
    static func bundle() throws -> FuzzSubject {
        let manifest = BundleManifest(
            lessons: [
                .init(
                    name: "multi-stage", title: "Stages",
                    files: [.init(path: "slides.md", sha256: String(repeating: "0", count: 64), isExecutable: false)])
            ], images: [.init(names: ["debian"], id: digest)])
        return FuzzSubject(
            seeds: [try manifest.encoded], words: ["../", "/", "..", "\u{0}", "\"", "[", "{", "1e99", "version"]
        ) { bytes in
            do { _ = try BundleManifest(reading: bytes) } catch is CommandError {}
        }
    }
}
