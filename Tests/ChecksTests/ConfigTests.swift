import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// What says the same in other words is right, and what only looks so is not.
@Suite struct ConfigTests {
    private static let accounts = Accounts(
        passwd: Array(
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\ntoor:x:0:1001::/home/toor:/bin/sh\napp:x:1000:1000::/:\nbroken\n:::\n"
                .utf8),
        group: Array("root:x:0:\nnogroup:x:65534:\nstaff:x:50:app\n".utf8), user: "")

    private func judge(_ rule: ConfigRule, accounts: Accounts? = accounts, _ change: (inout ConfigObservation) -> Void)
        -> CheckResult
    {
        S.judge(
            .config(rule),
            S.observations {
                $0.accounts = accounts
                if var config = $0.config {
                    change(&config)
                    $0.config = config
                }
            })
    }

    @Test(arguments: [
        ("toor", "uid 0"), ("toor:staff", "uid 0"), ("root", "root"), ("0", "0"), ("00:1000", "00"), ("+0", "+0"),
        ("", "root"),
        (":1000", ":1000"), ("somebody", "no user"),
    ])
    func rootIsRoot(_ user: String, _ words: String) {
        let result = judge(ConfigRule(isNotRoot: true)) { $0.user = user }
        #expect(result.verdict == .fail)
        #expect(result.actual.contains(words), "\(result.actual)")
    }

    @Test(arguments: ["app", "nobody", "nobody:root", "1000", "4711:0", "app:0"])
    func othersAreNot(_ user: String) {
        #expect(judge(ConfigRule(isNotRoot: true)) { $0.user = user }.verdict == .pass)
    }

    @Test func withoutAListOnlyNamesTell() {
        #expect(judge(ConfigRule(isNotRoot: true), accounts: nil) { $0.user = "toor" }.verdict == .pass)
        #expect(judge(ConfigRule(isNotRoot: true), accounts: nil) { $0.user = "root:x" }.verdict == .fail)
        // A list that is too large to be read has nobody.
        #expect(judge(ConfigRule(isNotRoot: true), accounts: Accounts()) { $0.user = "toor" }.verdict == .fail)
    }

    /// A name at the end of a long list is found too.
    @Test func aLongListHidesNobody() {
        let lines = (1...3000).map { "u\($0):x:\($0):\($0)::/:\n" }.joined() + "toor:x:0:0::/:\n"
        let accounts = Accounts(passwd: Array(lines.utf8), group: [], user: "toor:x")
        #expect(accounts.users.count < 2000)
        #expect(judge(ConfigRule(isNotRoot: true), accounts: accounts) { $0.user = "toor" }.verdict == .fail)
    }

    @Test(
        arguments: [
            ("nobody", "nobody", true), ("nobody", "nobody:nogroup", true), ("nobody", "65534", true),
            ("nobody", "65534:65534", true), ("65534", "nobody", true), ("nobody:nogroup", "nobody:65534", true),
            ("nobody:nogroup", "nobody", false), ("nobody:nogroup", "nobody:staff", false), ("nobody", "app", false),
            ("nobody", "", false), ("nobody", "root", false), ("root", "toor", true), ("gone", "gone", true),
            ("gone", "nobody", false), ("1000", "1000", true), ("app", "1000", true),
        ] as [(String, String, Bool)])
    func usersAreComparedByNumber(_ wanted: String, _ user: String, _ passes: Bool) {
        #expect(judge(ConfigRule(user: wanted)) { $0.user = user }.verdict == (passes ? .pass : .fail))
    }

    @Test(
        arguments: [
            ("SIGINT", "2", true), ("SIGINT", "INT", true), ("SIGINT", "sigint", true), ("2", "SIGINT", true),
            ("SIGINT", "SIGTERM", false), ("SIGQUIT", "3", true), ("SIGTERM", "15", true), ("SIGRTMIN+3", "37", true),
            ("SIGRTMIN", "RTMIN", true), ("SIGRTMAX-1", "63", true), ("SIGCLD", "17", true), ("SIGINT", "3", false),
            ("SIGINT", nil, false), ("SIGODD", "SIGODD", true), ("SIGSYS", "31", true),
        ] as [(String, String?, Bool)])
    func signalsAreNumbers(_ wanted: String, _ signal: String?, _ passes: Bool) {
        #expect(judge(ConfigRule(stopSignal: wanted)) { $0.stopSignal = signal }.verdict == (passes ? .pass : .fail))
    }

    @Test(
        arguments: [
            ("CMD /hello", ["/bin/sh", "-c", "/hello"], false, true),
            ("CMD [\"/hello\"]", ["/hello"], true, false),
            ("CMD [\"/bin/sh\", \"-c\", \"/hello\"]", ["/bin/sh", "-c", "/hello"], true, true),
            ("cmd   [ \"/hello\" ]", ["/hello"], true, false),
            ("CMD ['/hello']", ["/bin/sh", "-c", "['/hello']"], false, true),
            // With `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`.
            ("CMD /hello", ["/bin/bash", "-o", "pipefail", "-c", "/hello"], false, true),
            ("CMD /hello", ["/my-own-shell", "/hello"], false, true),
            // The base's own.
            (nil, ["/bin/sh", "-c", "/hello"], false, true), (nil, ["/hello"], true, false),
        ] as [(String?, [String], Bool, Bool)])
    func theFormIsThatOfTheInstruction(_ text: String?, _ command: [String], _ isExec: Bool, _ isShell: Bool) {
        for (form, passes) in [(ConfigRule.CommandForm.exec, isExec), (.shell, isShell)] {
            let result = S.judge(
                .config(ConfigRule(commandForm: form)),
                S.observations {
                    $0.config?.command = command
                    $0.graph?.stages[1].steps.removeLast()
                    if let text { $0.graph?.stages[1].steps.append(.init(kind: "CMD", line: 6, text: text)) }
                })
            #expect(result.verdict == (passes ? .pass : .fail), "\(form) \(result)")
        }
    }

    @Test func anEntryPointCountsBeforeTheCommand() {
        let result = S.judge(
            .config(ConfigRule(commandForm: .exec)),
            S.observations {
                $0.config?.entrypoint = ["/hello"]
                $0.graph?.stages[1].steps.append(.init(kind: "ENTRYPOINT", line: 7, text: "ENTRYPOINT [\"/hello\"]"))
            })
        #expect(result.verdict == .pass)
    }
}
