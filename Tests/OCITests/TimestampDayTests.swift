import OCI
import Testing

struct TimestampDayTests {
    @Test(arguments: [
        ("2026-03-01", "2026-03-01T00:00:00Z"), ("20260301", "2026-03-01T00:00:00Z"),
        ("20260301T123456Z", "2026-03-01T12:34:56Z"), ("2026-03-01T00:00:00+01:00", "2026-02-28T23:00:00Z"),
        ("2026-13-01", nil), ("yesterday", nil), ("", nil), ("2026030", nil),
    ])
    func readsDays(_ text: String, _ expected: String?) {
        #expect(Timestamp(day: text)?.description == expected)
    }
}
