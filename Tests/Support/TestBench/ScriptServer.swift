import Glibc
import Linux
import SystemPackage

/// A server in Python on this machine's loopback, until this value goes.
///
/// The script prints its port and a line end, and ends when its standard input does.
package final class ScriptServer: Sendable {
    package let port: Int
    private let process: ChildProcess.Running
    private let input: Linux.Pipe

    /// - Parameter script: the path of the script, and its arguments.
    package init(_ script: [String]) throws {
        var command = ChildProcess.Command("python3", script, environment: ChildProcess.Command.hostEnvironment)
        let (input, output) = (try Linux.Pipe(), try Linux.Pipe())
        command.descriptors[0] = input.takeReader()
        command.descriptors[1] = output.takeWriter()
        process = try ChildProcess.spawn(command)
        command.descriptors = [:]
        self.input = input
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.reader, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            process.kill()
            _ = process.wait()
            throw Failure(script: script)
        }
        self.port = port
    }

    deinit {
        input.closeWriter()
        process.kill()
        _ = process.wait()
    }

    package struct Failure: Error, CustomStringConvertible {
        package let script: [String]
        package var description: String { "the server did not start: \(script)" }
    }
}
