import Linux
import Testing

/// Where this user may have no more threads, or the control group may not.
@Suite struct ThreadTests {
    @Test(arguments: Person.here) func whereNoThreadIsToBeHadNothingRuns(person: Person) async throws {
        let bench = try Workbench(person)
        let done = try await ChildProcess.run(bench.command(["--without-threads"]), deadline: .seconds(60))
        let refusal = "cannot start a thread: resource temporarily unavailable\n"
        #expect(
            String(decoding: done.standardOutput, as: UTF8.self) == "start: \(refusal)run: \(refusal)wait: \(refusal)")
        #expect(done.ending.isSuccess)
    }
}
