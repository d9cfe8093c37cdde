import Diagnostics

@testable import Dockerfile

/// One recorded run of `docker build --check`.
struct LintConformance {
    var row: [String: Any]

    func wrong() -> String? { "not written" }
}
