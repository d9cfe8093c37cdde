import Testing

@testable import OCI

@Suite("An image's configuration")
struct ImageConfigurationTests {
    static let text = """
        {"architecture":"amd64","author":"somebody","config":{"ArgsEscaped":true,"Cmd":["/hello"],\
        "Entrypoint":["/bin/sh","-c"],"Env":["PATH=/bin","A=1"],"ExposedPorts":{"80/tcp":{}},\
        "Healthcheck":{"Interval":30000000000,"Retries":3,"Test":["CMD-SHELL","true"]},"Labels":{"a":"b"},\
        "OnBuild":["RUN true"],"Shell":["/bin/ash","-c"],"StopSignal":"SIGINT","User":"nobody","Volumes":{"/data":{}},\
        "WorkingDir":"/w","x-unknown":[1]},"created":"2026-08-01T12:34:56.000000789Z","docker.unknown":{"deep":null},\
        "history":[{"created":"2026-08-01T12:34:56Z","created_by":"COPY x","comment":"c"},{"empty_layer":true}],\
        "os":"linux","rootfs":{"diff_ids":["sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"],\
        "type":"layers"},"variant":"v2"}
        """

    @Test func `everything survives a round trip, unknown keys too`() throws {
        let configuration = try ImageConfiguration(parsing: Self.text.utf8)
        #expect(configuration.config.command == ["/hello"])
        #expect(configuration.config.healthCheck?.interval == 30_000_000_000)
        #expect(configuration.config.environmentValue("A") == "1")
        #expect(configuration.history[1].emptyLayer)
        #expect(configuration.platform == Platform(architecture: "amd64", variant: "v2"))
        // The same document, but for the order of keys inside history.
        #expect(configuration.json == (try JSON(parsing: Self.text)))
        #expect(try ImageConfiguration(parsing: configuration.encoded) == configuration)
    }

    @Test func `the encoding does not depend on how a value was made`() {
        var one = ContainerConfiguration()
        one.labels = ["b": "2", "a": "1"]
        one.volumes = ["/x", "/y"]
        var other = ContainerConfiguration()
        other.volumes = ["/y", "/x"]
        other.labels["a"] = "1"
        other.labels["b"] = "2"
        #expect(one.json.encoded == other.json.encoded)
    }

    @Test(
        "a document that is wrong is refused",
        arguments: [
            "[]", "{}", #"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["x"]}}"#,
            #"{"os":"linux","architecture":"amd64","config":{"Env":"A=1"}}"#,
            #"{"os":"linux","architecture":"amd64","config":{"Cmd":[1]}}"#, "{",
        ])
    func wrong(text: String) {
        #expect(throws: DocumentError.self) { try ImageConfiguration(parsing: text.utf8) }
    }

    @Test(
        "times",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
            ("2024-02-29T23:59:59.5Z", 1_709_251_199, 500_000_000, "2024-02-29T23:59:59.5Z"),
            ("2026-08-01T12:34:56.123456789+02:00", 1_785_580_496, 123_456_789, "2026-08-01T10:34:56.123456789Z"),
            ("1969-12-31T23:59:59Z", -1, 0, "1969-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        ])
    func times(text: String, seconds: Int64, nanoseconds: Int32, written: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(time.description == written)
    }

    @Test("what is no time", arguments: ["", "yesterday", "2026-08-01", "2026-13-01T00:00:00Z", "2026-08-01T00:00:00"])
    func noTimes(text: String) { #expect(Timestamp(text) == nil) }

    @Test func `digests`() {
        #expect(
            Digest.sha256(of: "abc").description
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest("sha256:" + String(repeating: "A", count: 64)) == nil)
        #expect(Digest("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709") == nil)
        #expect(Digest("../../etc/passwd") == nil)
    }

    @Test(
        "platforms",
        arguments: [
            ("linux/amd64", "linux/amd64"), ("amd64", "linux/amd64"), ("linux/arm64/v8", "linux/arm64/v8"),
            ("aarch64", "linux/arm64"), ("Linux/X86_64", "linux/amd64"),
        ])
    func platforms(text: String, expected: String) { #expect(Platform(text)?.description == expected) }

    @Test func `arm64 is arm64 v8`() {
        #expect(Platform(architecture: "arm64").accepts(Platform(architecture: "arm64", variant: "v8")))
        #expect(!Platform(architecture: "arm", variant: "v7").accepts(Platform(architecture: "arm", variant: "v6")))
        #expect(Platform("a/b/c/d") == nil)
        #expect(Platform("linux/--flag=x") == nil)
    }
}
