public import Dockerfile

/// A base image that cannot be had, with the instruction that asks for it.
public struct BaseImageError: Error, CustomStringConvertible {
    /// The name as the Dockerfile gives it.
    public var name: String
    /// The instruction that asks for it.
    public var range: SourceRange?
    /// A stage that the name may have meant.
    public var suggestion: String?
    /// What the resolver threw.
    public var cause: any Error

    /// The name and the cause, on one line.
    public var description: String { "cannot get the image \(name): \(cause)" }
}
