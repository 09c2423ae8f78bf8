public import HTTP

/// Why a registry could not give what was asked of it.
public typealias RegistryError = TransferError

extension TransferError.Code {
    /// A manifest of a kind that is not supported, such as Docker schema 1.
    public static let unsupported = Self("unsupported")
    /// The image exists, but not for the platform asked for.
    public static let platformNotFound = Self("platformNotFound")
}
