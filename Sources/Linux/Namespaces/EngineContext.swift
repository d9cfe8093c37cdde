package import SystemPackage

/// What the engine knows of the namespaces it stands in.
package struct EngineContext: Sendable, Equatable {
    /// How a container's ids are seen here.
    package var ids: IdentityMapping
    /// The invocation's own control group, nil where none is to be had.
    package var controlGroup: ControlGroup?
    /// Who started the program, in the host's ids.
    package var invokingUser: UInt32
    package var invokingGroup: UInt32
    /// An empty tmpfs of this invocation, mounted privately: nothing in it outlives the engine. Mode 0755.
    package var scratch: FilePath
    /// How layers become one tree in this process.
    package let layering = Layering()

    package static func == (a: EngineContext, b: EngineContext) -> Bool { a.marker == b.marker }

    private static let separator: Character = "\u{1f}"

    /// As one environment variable.
    var marker: String {
        var fields = [
            "1", "\(ids.offset)", "\(ids.count)", "\(invokingUser)", "\(invokingGroup)", scratch.string,
        ]
        if let controlGroup {
            fields.append("\(controlGroup.version.rawValue)")
            for membership in controlGroup.memberships {
                fields.append(membership.directory.string)
                fields.append(membership.controllers.map(\.rawValue).sorted().joined(separator: ","))
            }
        }
        return fields.joined(separator: String(Self.separator))
    }

    init(
        ids: IdentityMapping, controlGroup: ControlGroup?, invokingUser: UInt32, invokingGroup: UInt32,
        scratch: FilePath
    ) {
        self.ids = ids
        self.controlGroup = controlGroup
        self.invokingUser = invokingUser
        self.invokingGroup = invokingGroup
        self.scratch = scratch
    }

    init?(marker: String) {
        let fields = marker.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 6, fields[0] == "1", let offset = UInt32(fields[1]), let count = UInt32(fields[2]),
            let user = UInt32(fields[3]), let group = UInt32(fields[4]), fields[5].hasPrefix("/")
        else { return nil }
        ids = IdentityMapping(offset: offset, count: count)
        invokingUser = user
        invokingGroup = group
        scratch = FilePath(fields[5])
        guard fields.count > 6, let version = Int(fields[6]).flatMap(ControlGroup.Version.init(rawValue:)) else {
            return
        }
        var memberships: [ControlGroup.Membership] = []
        for index in stride(from: 7, to: fields.count - 1, by: 2) {
            let controllers = fields[index + 1].split(separator: ",").compactMap {
                ControlGroup.Controller(rawValue: String($0))
            }
            memberships.append(
                ControlGroup.Membership(directory: FilePath(fields[index]), controllers: Set(controllers)))
        }
        controlGroup = ControlGroup(version: version, memberships: memberships)
    }
}
