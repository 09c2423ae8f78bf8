internal import HTTP
internal import OCI

/// A request to a registry's API.
struct RegistryRequest: Sendable {
    /// Where a request goes.
    enum Target: Sendable {
        /// A path at the registry; begins with `/v2/`.
        case path(String)
        /// Where the registry said that an upload goes.
        case url(String)
    }

    var method = HTTPTransport.Request.Method.get
    var target: Target
    /// Media types that are welcome.
    var accept: [MediaType] = []
    /// Further headers.
    var headers: [(name: String, value: String)] = []
    var body: RequestBody?
    /// Whether bytes of a blob are brought, or an upload ends.
    var isUpload = false
    /// What a token must allow.
    var scope: Authentication.Scope
    /// What is asked for, in words, for errors.
    var subject: String
    /// The statuses that mean success.
    var success: Set<Int> = [200]
}
