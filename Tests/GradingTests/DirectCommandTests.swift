import Checks
import Testing

@testable import Grading

/// Which commands start a program and do nothing else: of all others, what is printed may be their own.
@Suite struct DirectCommandTests {
    private func isDirect(_ command: [String], entrypoint: [String] = [], found: String? = nil) -> Bool {
        var config = ConfigObservation(command: command)
        config.entrypoint = entrypoint
        config.workingDirectory = "/opt"
        return DirectCommand(config, found: found.map { ImagePath($0) }).starts(
            one: [ImagePath("/hello"), ImagePath("/opt/hello")])
    }

    @Test(arguments: [
        "/hello", "exec /hello", "./hello", "/hello -a b", "NAME=x /hello", "env A=b /hello", "exec env A=b ./hello x",
    ])
    func aLineOfOneProgramIsDirect(_ line: String) {
        #expect(isDirect(["/bin/sh", "-c", line]))
    }

    @Test(arguments: [
        "/hello; echo x", "/hello | sed s/a/b/", "/hello && echo x", "echo $(/hello)", "echo `/hello`", "cat /hello",
        "if /hello", "/other", "/hello\necho x", "(/hello)", "/hello >/dev/null", "",
    ])
    func whatDoesMoreIsNot(_ line: String) {
        #expect(!isDirect(["/bin/sh", "-c", line]))
    }

    @Test func listsAndNames() {
        #expect(isDirect(["/hello", "a;b"]))
        #expect(isDirect(["x"], entrypoint: ["env", "A=b", "/hello"]))
        #expect(isDirect(["hello"], found: "/opt/hello"))
        #expect(!isDirect(["hello"]))
        #expect(!isDirect(["hello"], found: "/start.sh"))
        #expect(!isDirect(["/bin/sh", "-c", "/hello", "x"]))
        #expect(!isDirect([]))
    }
}
