import Testing

/// Everything that worked on somebody, tried on us: see `ProbeFile` for how a probe is written.
@Suite("Attacks", .serialized) struct AttackSuite {
    @Test func thereAreEnough() throws {
        #expect(ProbeFile.all.count >= 100)
        for name in ProbeFile.all {
            let probe = try ProbeFile.read(name, below: "probes")
            #expect(!probe.title.isEmpty && probe.unknown.isEmpty, "\(name): \(probe.unknown)")
            #expect(probe.part("Dockerfile") != nil || probe.part("run") != nil, "\(name) tries nothing")
        }
    }

    @Test(arguments: Trial.here) func comesToNothing(trial: Trial) async throws {
        let (setup, name) = (trial.setup, trial.name)
        let probe = try ProbeFile.read(name, below: "probes")
        let falls = try await Attempt(probe, setup).falls()
        #expect(falls.isEmpty, "\(name): \(probe.title)\n\(falls.joined(separator: "\n\n"))")
    }

    /// Each way to fall is noticed: a suite that cannot fail proves nothing.
    @Test(arguments: ProbeFile.falling) func fallIsNoticed(name: String) async throws {
        let probe = try ProbeFile.read(String(name.dropFirst("falls/".count)), below: "falls")
        let wanted = try #require(probe.value("falls"))
        let falls = try await Attempt(probe, Setup()).falls()
        #expect(falls.contains { $0.hasPrefix(wanted) }, "\(falls)")
    }
}
