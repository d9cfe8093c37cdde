/// ``CommandLine`` under a name that the standard library does not have, too: for other modules.
package typealias CommandLineForm = CommandLine
