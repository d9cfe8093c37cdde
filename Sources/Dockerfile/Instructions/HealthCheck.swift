/// `HEALTHCHECK`, as the image config holds it.
package struct HealthCheck: Hashable, Sendable {
    /// `["NONE"]`, `["CMD", word...]` or `["CMD-SHELL", text]`.
    package var test: [String]
    /// Nanoseconds; 0: not said.
    package var interval: Int64 = 0
    package var timeout: Int64 = 0
    package var startPeriod: Int64 = 0
    package var startInterval: Int64 = 0
    /// 0: not said.
    package var retries: Int = 0

    package init(test: [String]) { self.test = test }
}
