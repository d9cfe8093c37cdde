import Testing

@testable import Slides
