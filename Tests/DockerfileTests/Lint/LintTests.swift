import Diagnostics
import Testing

@testable import Dockerfile

struct LintTests {
    /// One text for each of BuildKit's rules that shows it.
    private static let examples: [(String, String, Int)] = [
        ("ConsistentInstructionCasing", "FROM scratch\nrun x\nUSER y", 2),
        ("DuplicateStageName", "FROM scratch AS a\nFROM scratch AS a", 2),
        ("ExposeInvalidFormat", "FROM scratch\nEXPOSE 80:80", 2),
        ("ExposeProtoCasing", "FROM scratch\nEXPOSE 80/TCP", 2),
        ("FromAsCasing", "FROM scratch as a", 1),
        ("FromPlatformFlagConstDisallowed", "FROM --platform=linux/s390x scratch", 1),
        ("InvalidDefaultArgInFrom", "ARG t\nFROM busybox:${t}", 2),
        ("InvalidDefinitionDescription", "# check=experimental=all\n# other words\nFROM scratch AS a", 3),
        ("JSONArgsRecommended", "FROM scratch\nCMD x", 2), ("LegacyKeyValueFormat", "FROM scratch\nENV a b", 2),
        ("MaintainerDeprecated", "FROM scratch\nMAINTAINER me", 2),
        ("MultipleInstructionsDisallowed", "FROM scratch\nCMD [\"a\"]\nCMD [\"b\"]", 2),
        ("NoEmptyContinuation", "FROM scratch\nRUN x \\\n\n  y", 4),
        ("RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM scratch", 1),
        ("ReservedStageName", "FROM scratch AS context", 1),
        ("SecretsUsedInArgOrEnv", "FROM scratch\nENV API_TOKEN=x", 2),
        ("StageNameCasing", "FROM scratch AS Build", 1), ("UndefinedArgInFrom", "ARG ok\nFROM busybox:1$oh", 2),
        ("UndefinedVar", "FROM scratch\nCOPY $gone /", 2), ("WorkdirRelativePath", "FROM scratch\nWORKDIR app", 2),
    ]

    @Test(arguments: examples)
    func findsWhatBuildKitFinds(_ rule: String, _ text: String, _ line: Int) {
        #expect(warnings(text).contains("\(rule)@\(line)"))
        #expect(DockerfileLint.isBuildKitRule(rule))
    }

    @Test(arguments: examples.filter { $0.0 != "InvalidDefinitionDescription" })
    func skipsWhatItIsTold(_ rule: String, _ text: String, _ line: Int) {
        #expect(!warnings("# check=skip=\(rule)\n" + text).contains { $0.hasPrefix(rule) })
        #expect(!warnings("# check=skip=all\n" + text).contains { $0.hasPrefix(rule) })
    }

    @Test func coversAllRules() {
        let shown = Set(Self.examples.map(\.0)).union(["CopyIgnoredFile", "InvalidBaseImagePlatform"])
        #expect(shown == Set(DockerfileLint.buildKitRules))
    }

    @Test func findsIgnoredSources() throws {
        var options = DockerfileLint.Options()
        options.ignore = try IgnorePatterns.parse(Array("*.key\n".utf8), file: ".dockerignore")
        let report = DockerfileLint.check(
            Array("FROM scratch\nCOPY a ./b.key /\nCOPY --from=x b.key /\nADD http://x/b.key /".utf8), file: "D",
            options: options)
        let found = report.warnings.filter { $0.id == "CopyIgnoredFile" }
        #expect(found.map(\.message) == ["Attempting to Copy file \"./b.key\" that is excluded by .dockerignore"])
        #expect(found.first?.range?.start == .init(line: 2, column: 8))
        #expect(found.first?.hint?.contains("`*.key` in line 1") == true)
    }

    @Test func asksForBases() {
        var options = DockerfileLint.Options()
        options.platform = "linux/amd64"
        options.baseConfig = { $0 == "base" ? .init(environment: ["SET=1"], platform: "linux/s390x") : nil }
        #expect(warnings("FROM base\nUSER $SET", options: options) == ["InvalidBaseImagePlatform@1"])
        #expect(warnings("FROM base\nUSER $UNSET", options: options).contains("UndefinedVar@2"))
        // Nobody knows what an unknown base sets; a near miss is worth a word.
        #expect(warnings("FROM other\nUSER $UNSET").isEmpty)
        #expect(warnings("FROM other\nENV PATH=$PAHT").contains("UndefinedVar@2"))
    }

    @Test func inheritsThroughStages() {
        #expect(warnings("FROM scratch AS a\nENV x=1\nARG y\nFROM a AS b\nUSER $x$y") == [])
        #expect(warnings("FROM scratch AS a\nENV x=1\nFROM scratch\nUSER $x\nCOPY --from=a / /") == ["UndefinedVar@4"])
        #expect(warnings("ARG v=1\nFROM scratch\nUSER $v") == ["UndefinedVar@3"])
        #expect(warnings("ARG v=1\nFROM scratch\nARG v\nUSER $v") == [])
    }

    @Test func turnsWarningsIntoErrors() {
        let report = DockerfileLint.check(Array("# check=error=true\nFROM scratch AS A".utf8), file: "D")
        #expect(report.failsOnWarnings)
        #expect(report.error?.diagnostics.first?.message == "lint violation found for rules: StageNameCasing")
        #expect(DockerfileLint.check(Array("# check=error=true\nFROM scratch".utf8), file: "D").error == nil)
        #expect(
            DockerfileLint.check(Array("# check=nonsense\nFROM scratch".utf8), file: "D").error?.diagnostics.first?.id
                == "check-option")
    }

    @Test func keepsWarningsFromBeforeAnError() {
        let report = DockerfileLint.check(Array("FROM a AS B\nMAINTAINER x\nWHAT\nMAINTAINER y".utf8), file: "D")
        #expect(
            report.warnings.filter { DockerfileLint.isBuildKitRule($0.id) }.map(\.id) == [
                "StageNameCasing", "MaintainerDeprecated",
            ])
        #expect(report.error?.lines == 3...3)
    }
}
