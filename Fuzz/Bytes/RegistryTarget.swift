import FoundationEssentials
import OCI

/// What registries and authorization services answer. The first line says which answer the rest is: a challenge, a `Link`
/// header, a redirect, a token, a range, a time.
enum RegistryTarget {
    private static let origin = "https://registry.example:5000/v2/a/b/manifests/1"

    static func run(_ input: [UInt8]) {
        let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
        let (kind, body) = (input.first ?? 0, Array(input[end...].dropFirst()))
        let text = String(decoding: body, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        switch kind {
        case UInt8(ascii: "c"):
            for challenge in AuthenticationChallenge.parse(headers: lines) {
                ByteTarget.require(!challenge.scheme.isEmpty, "a challenge has no scheme")
                ByteTarget.require(!challenge.parameters.keys.contains(""), "a parameter has no name")
            }
        case UInt8(ascii: "l"):
            guard let link = PageLink.next(in: lines) else { return }
            redirect(link)
        case UInt8(ascii: "r"): redirect(text)
        case UInt8(ascii: "t"):
            guard let token = try? BearerToken(parsing: body, at: .now) else { return }
            ByteTarget.require(
                token.value.exposed.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a token splits a header")
        case UInt8(ascii: "u"): upload(lines)
        default: _ = RetryAfter.parse(text, now: Date(timeIntervalSince1970: 0))
        }
    }

    private static func redirect(_ location: String) {
        guard let redirect = try? Redirect(from: origin, location: location) else { return }
        ByteTarget.require(
            redirect.url.hasPrefix("https://") || redirect.url.lowercased().hasPrefix("https://"), redirect.url)
        let again = try? Redirect(from: origin, location: redirect.url)
        ByteTarget.require(again?.isSameOrigin == redirect.isSameOrigin, "\(redirect.url) has two origins")
    }

    /// An upload whose registry answers with any `Range` must come to an end.
    private static func upload(_ ranges: [String]) {
        var upload = BlobUpload(size: 100 << 20, candidates: [])
        _ = upload.checked(exists: false)
        var action = upload.started(at: "/u")
        for range in ranges.prefix(1000) {
            guard case .send(let location, let bytes) = action else { return }
            ByteTarget.require(
                bytes.lowerBound >= 0 && bytes.upperBound <= 100 << 20, "the bytes \(bytes) are to be sent")
            action = upload.stands(at: location, range: range, sent: bytes.upperBound)
        }
    }
}
