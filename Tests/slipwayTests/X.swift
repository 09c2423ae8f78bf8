import Testing
@testable import slipway
@Test func x() {}
