import OCI
import Testing

@testable import LessonCommands

struct GoTemplateTests {
    static let value: JSON = [
        "Id": "sha256:0123", "Size": 12, "Empty": [], "Flag": true, "Nothing": .null,
        "Config": ["Cmd": ["/hello", "there"], "Labels": ["a.b": "x", "c": "y"], "User": ""],
    ]

    @Test(arguments: [
        ("plain", "plain"),
        ("{{.Id}}", "sha256:0123"),
        ("{{ .Id }}-{{.Size}}", "sha256:0123-12"),
        ("{{.Config.Cmd}}", "[/hello there]"),
        ("{{json .Config.Cmd}}", #"["/hello","there"]"#),
        ("{{json .Nothing}} {{.Nothing}}", "null <nil>"),
        ("{{index .Config.Cmd 1}}", "there"),
        (#"{{index .Config.Labels "a.b"}}"#, "x"),
        ("{{.Config.Labels.missing}}", "<no value>"),
        ("{{range .Config.Cmd}}<{{.}}>{{end}}", "</hello><there>"),
        ("{{range .Empty}}x{{else}}none{{end}}", "none"),
        ("{{range .Config.Labels}}{{.}},{{end}}", "x,y,"),
        ("{{if .Flag}}yes{{else}}no{{end}}", "yes"),
        ("{{if .Config.User}}{{.Config.User}}{{else if eq .Size 12}}twelve{{else}}root{{end}}", "twelve"),
        ("{{with .Config}}{{len .Cmd}}{{end}}", "2"),
        (#"{{join .Config.Cmd " "}}"#, "/hello there"),
        ("{{.Id | upper}}", "SHA256:0123"),
        (#"{{(index .Config.Cmd 0) | title}}"#, "/hello"),
        ("{{truncate .Id 6}}", "sha256"),
        ("{{with .Config}}{{$.Id}}{{end}}", "sha256:0123"),
        ("a {{- .Size -}} b", "a12b"),
        ("{{/* nothing */}}x", "x"),
        ("{{.Id}}\\t{{.Size}}\\n", "sha256:0123\t12\n"),
        ("{{and .Flag .Size}} {{or .Config.User .Size}} {{not .Flag}} {{ne .Size 3}}", "12 12 false true"),
        (#"{{index (split .Id ":") 1}}"#, "0123"),
        (#"{{pad .Size 1 2}}|"#, " 12  |"),
        ("{{println .Size}}", "12\n"),
        ("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}", "a.b=x;c=y;"),
        ("{{range $i, $w := .Config.Cmd}}{{if $i}} {{end}}{{$w}}{{end}}", "/hello there"),
        ("{{range $w := .Config.Cmd}}{{$w}}{{end}}", "/hellothere"),
        ("{{$x := .Id}}{{$x}} {{$x = .Size}}{{$x}}", "sha256:0123 12"),
        ("{{with $c := .Config}}{{$c.User}}{{end}}ok", "ok"),
        (#"{{printf "%s-%d|%-4d|%04d|%q" .Id .Size .Size .Size .Id}}"#, #"sha256:0123-12|12  |0012|"sha256:0123""#),
        (#"{{printf "%.2f%%" .Size}}"#, "12.00%"),
        (#"{{printf "%f|%.9f" 1000000000000000 9000000000}}"#, "1000000000000000|9000000000"),
        ("{{slice .Id 7}} {{slice .Id 0 3}}", "0123 sha"),
        ("{{if gt .Size 3}}big{{end}}{{if lt .Size 3}}small{{end}}", "big"),
    ])
    func renders(_ template: String, _ expected: String) throws {
        #expect(try GoTemplate(parsing: template).render(Self.value) == expected)
    }

    @Test(arguments: [
        "{{.Missing}}", "{{.Id", "{{range .Empty}}", "{{end}}", "{{$x}}", "{{range $a, $b, $c := .Config.Cmd}}{{end}}",
        "{{}}",
        "{{.Id \"a\"}}",
        "{{index .Config.Cmd 9}}", "{{\"unterminated}}", "{{(.Id}}", "{{else}}", "{{.Id | nonsense}}",
        "{{index .Config.Cmd \"a\"}}", "{{/* no end", "{{/*",
        "{{" + String(repeating: "(", count: 100_000),
    ])
    func refuses(_ template: String) {
        #expect(throws: GoTemplate.Failure.self) { try GoTemplate(parsing: template).render(Self.value) }
    }

    @Test func endsOnTemplatesOfAnyDepth() {
        let deep = String(repeating: "{{if .Flag}}", count: 50_000)
        #expect(throws: GoTemplate.Failure.self) { try GoTemplate(parsing: deep) }
        #expect(throws: GoTemplate.Failure.self) {
            try GoTemplate(parsing: "{{" + String(repeating: "(", count: 50_000))
        }
    }
}

struct DockerListingTests {
    static let listing = DockerListing(
        fields: [.init(field: "Repository", heading: "REPOSITORY"), .init(field: "ID", heading: "IMAGE ID")],
        columns: ["Repository", "ID"],
        rows: [
            ["Repository": "hello", "ID": "0123456789ab"],
            ["Repository": "a-rather-long-name", "ID": "ba9876543210"],
        ])

    @Test(
        arguments: [
            (
                nil,
                "REPOSITORY           IMAGE ID\nhello                0123456789ab\na-rather-long-name   ba9876543210\n"
            ),
            ("table {{.ID}}", "IMAGE ID\n0123456789ab\nba9876543210\n"),
            (
                "table {{.ID}}\\t{{.Repository}}",
                "IMAGE ID       REPOSITORY\n0123456789ab   hello\nba9876543210   a-rather-long-name\n"
            ),
            ("{{.Repository}}:{{.ID}}", "hello:0123456789ab\na-rather-long-name:ba9876543210\n"),
            (
                "json",
                "{\"ID\":\"0123456789ab\",\"Repository\":\"hello\"}\n{\"ID\":\"ba9876543210\",\"Repository\":\"a-rather-long-name\"}\n"
            ),
        ] as [(String?, String)])
    func printsAsDockerDoes(_ format: String?, _ expected: String) throws {
        #expect(try Self.listing.text(format: format) == expected)
    }

    @Test func columnsAreAtLeastTenWide() {
        #expect(DockerListing.aligned(["A\tB", "x\ty"]) == "A         B\nx         y\n")
    }
}

struct ImageFilterTests {
    private func row(_ name: String, _ tag: String) -> [String: JSON] {
        ["Repository": .string(name), "Tag": .string(tag)]
    }

    @Test(
        arguments: [
            (nil, [], "hello", "latest", true), ("hello", [], "hello", "v1", true),
            ("hello:v1", [], "hello", "latest", false),
            ("hell", [], "hello", "latest", false), (nil, ["reference=hel*"], "hello", "latest", true),
            (nil, ["reference=*:v?"], "hello", "v1", true), (nil, ["reference=*"], "a/b", "x", false),
            (nil, ["dangling=true"], "<none>", "<none>", true), (nil, ["dangling=true"], "hello", "latest", false),
            (nil, ["dangling=false"], "hello", "latest", true),
        ] as [(String?, [String], String, String, Bool)])
    func accepts(_ name: String?, _ filters: [String], _ repository: String, _ tag: String, _ expected: Bool) throws {
        #expect(try ImageFilter(name: name, filters).accepts(row(repository, tag)) == expected)
    }

    @Test(arguments: ["nonsense", "label", "dangling=maybe", ""])
    func refusesWhatItDoesNotKnow(_ filter: String) {
        #expect(throws: CommandError.self) { try ImageFilter(name: nil, [filter]) }
    }

    @Test func takesManyStars() {
        let text = String(repeating: "a", count: 2000)
        #expect(!ImageFilter.matches(String(repeating: "*a", count: 200)[...] + "b", text))
    }
}

struct ByteAmountTests {
    @Test(
        arguments: [
            ("0", 0), ("1024", 1024), ("1k", 1024), ("1.5KB", 1536), ("512m", 512 << 20), ("2GB", 2 << 30),
            ("1TiB", 1 << 40),
        ] as [(String, Int64)])
    func reads(_ text: String, _ bytes: Int64) {
        #expect(ByteAmount(argument: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "x", "1x", "-1", "1e30g", "99999999999g", "1..5m"])
    func refuses(_ text: String) {
        #expect(ByteAmount(argument: text) == nil)
    }
}
