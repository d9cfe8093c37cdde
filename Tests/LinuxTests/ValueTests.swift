import SystemPackage
import Testing

@testable import Linux

struct IdentityMappingTests {
    @Test(arguments: [(0, 1), (1, 2), (65535, 65536)] as [(UInt32, UInt32)])
    func idsAreShifted(container: UInt32, engine: UInt32) throws {
        let ids = IdentityMapping(offset: 1, count: 65536)
        #expect(try ids.engineID(ofContainer: container) == engine)
        #expect(ids.containerID(ofEngine: engine) == container)
    }

    @Test(arguments: [65536, 0x7fff_ffff, 0x8000_0000, .max] as [UInt32])
    func idsOutOfRangeAreRefusedNotWrapped(id: UInt32) {
        let ids = IdentityMapping(offset: 1, count: 65536)
        #expect(throws: IdentityOutOfRange(id: id, count: 65536)) { try ids.engineID(ofContainer: id) }
    }

    @Test func withOneIDAllAreThatOne() throws {
        #expect(try IdentityMapping.single.engineID(ofContainer: 1000) == 0)
        #expect(throws: IdentityOutOfRange.self) { try IdentityMapping.single.engineID(ofContainer: 0x8000_0000) }
        #expect(IdentityMapping.single.containerID(ofEngine: 1000) == 65534)
    }

    @Test func strangersAreNobody() {
        let ids = IdentityMapping(offset: 1, count: 10)
        #expect(ids.containerID(ofEngine: 0) == 65534)
        #expect(ids.containerID(ofEngine: 11) == 65534)
        #expect(ids.containerID(ofEngine: .max) == 65534)
    }
}

struct EngineContextTests {
    @Test func theMarkerSaysEverything() {
        let group = ControlGroup(
            version: .v1,
            memberships: [
                .init(directory: "/sys/fs/cgroup/pids/a b/lesson", controllers: [.pids]),
                .init(directory: "/sys/fs/cgroup/cpu,cpuacct/lesson", controllers: [.cpu, .cpuacct]),
            ])
        for group in [group, nil] {
            let context = EngineContext(
                ids: IdentityMapping(offset: 1, count: 65536), controlGroup: group, invokingUser: 1000,
                invokingGroup: 100, scratch: "/srv")
            #expect(EngineContext(marker: context.marker) == context)
        }
    }

    @Test(arguments: ["", "1", "2\u{1f}1\u{1f}1\u{1f}0\u{1f}0\u{1f}/srv", "1\u{1f}x\u{1f}1\u{1f}0\u{1f}0\u{1f}/srv"])
    func otherMarkersAreNone(marker: String) {
        #expect(EngineContext(marker: marker) == nil)
    }

    @Test func aMarkerAloneIsNotBelieved() {
        #expect(throws: EngineNamespaceError.self) { try EngineNamespace.current() }
    }
}

struct ResourceLimitsTests {
    @Test func theStricterLimitHolds() {
        let a = ResourceLimits(wall: .seconds(10), memory: 100, files: 5)
        let b = ResourceLimits(wall: .seconds(20), memory: 50, processes: 7)
        #expect(a.tightened(by: b) == ResourceLimits(wall: .seconds(10), memory: 50, processes: 7, files: 5))
        #expect(a.tightened(by: .none) == a)
    }

    @Test(arguments: [
        (Duration.seconds(1), Int64(1_000_000_000)), (.milliseconds(-5), -5_000_000), (.seconds(Int64.max), .max),
    ])
    func durationsDoNotOverflow(duration: Duration, nanoseconds: Int64) {
        #expect(duration.nanoseconds == nanoseconds)
    }
}

/// `/etc/subuid` may name ids that a namespace does not have: then there is the one id.
@Suite
struct SubordinateIdentityTests {
    @Test(arguments: [
        ("0 0 4294967295", true), ("0 1000 1", false), ("1000 1000 1", false), ("0 1000 1\n1 100000 65536", false),
        ("0 0 100000\n100000 200000 65536", true), ("0 0 100001\n100001 200000 10", false),
        ("0 0 100001\n100001 200000 65535", true), ("0 0 100001\n100002 200000 65536", false), ("", false),
    ])
    func aRangeIsMappedWholly(_ map: String, _ isMapped: Bool) {
        #expect(IdentityPlan.isMapped(IdentityRange(start: 100_000, count: 65536), in: map) == isMapped)
    }
}
