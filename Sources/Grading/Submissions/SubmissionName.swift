/// What the name of a submission's folder tells, in the layouts of the common systems.
package struct SubmissionName: Sendable, Hashable {
    /// Who handed it in; nil when the name says nothing.
    package var student: String?
    /// The id in the system it comes from.
    package var id: String?
    package var isLate = false

    /// Reads Moodle (`Full Name_123_assignsubmission_file_`), Gradescope (`submission_123`), Blackboard
    /// (`Assignment_user_attempt_2025-01-02-03-04-05`), Autolab (`a@b.c_1_...`).
    package init(_ name: String) {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        if let mark = parts.firstIndex(of: "assignsubmission"), mark >= 2, Self.isNumber(parts[mark - 1]) {
            student = parts[..<(mark - 1)].joined(separator: " ")
            id = parts[mark - 1]
            return
        }
        if let mark = parts.firstIndex(of: "attempt"), mark >= 2, mark + 1 < parts.count {
            student = parts[mark - 1]
            return
        }
        if parts.count == 2, parts[0] == "submission", Self.isNumber(parts[1]) {
            id = parts[1]
            return
        }
        if parts.count >= 2, parts[0].contains("@"), Self.isNumber(parts[1]) {
            student = parts[0]
            id = parts[1]
            return
        }
        // Canvas: name, perhaps LATE, user id, attachment id.
        let rest = parts.dropFirst().drop { $0 == "LATE" }
        if parts.count >= 3, rest.count >= 2, let user = rest.first, Self.isNumber(user),
            Self.isNumber(rest[rest.startIndex + 1])
        {
            student = parts[0]
            id = user
            isLate = parts.dropFirst().first == "LATE"
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
