import Dockerfile

extension Diagnostic.Code {
    /// A `--target` or `--from` that names no stage that can be used there.
    static let unknownStage = Diagnostic.Code(rawValue: "unknown-stage")
    /// A stage that needs itself.
    static let circularDependency = Diagnostic.Code(rawValue: "circular-dependency")
    /// Something that has to be allowed on the command line.
    static let entitlement = Diagnostic.Code(rawValue: "entitlement")
    /// Something that only other builders have.
    static let unsupportedFeature = Diagnostic.Code(rawValue: "unsupported-feature")
}
