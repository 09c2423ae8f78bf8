public import OCI

/// A claim about an image that travels with it: how it was built, what is in it.
///
/// in-toto attestation framework, Statement v1. A claim is of a type, `predicateType`, and says something, `predicate`; what
/// it is about, the subject, is only known when an image or its files are written. So whoever has something to say about the
/// image for a platform leaves one of these, and ``Exporter`` makes a statement of it: in an ``AttestationManifest`` beside
/// the image, or in a file beside the image's files.
public struct Attestation: Sendable, Hashable {
    /// The kind of claim, a URI such as `https://spdx.dev/Document`.
    public var predicateType: String
    /// The claim.
    public var predicate: JSONValue
    /// The name of the file that holds it where files are exported instead of an image.
    public var fileName: String

    /// A claim of the given parts.
    public init(predicateType: String, predicate: JSONValue, fileName: String) {
        self.predicateType = predicateType
        self.predicate = predicate
        self.fileName = fileName
    }

    /// What a claim is about.
    struct Subject: Hashable {
        /// A package URL, a path, or `_` where there is no name.
        var name: String
        var digest: Digest
    }

    /// The claim about something, as in-toto's Statement v1.
    func statement(about subjects: [Subject]) -> JSONValue {
        [
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": .string(predicateType),
            "subject": .array(
                subjects.map { subject in
                    [
                        "name": .string(subject.name),
                        "digest": .strings([subject.digest.algorithm.rawValue: subject.digest.hex]),
                    ]
                }),
            "predicate": predicate,
        ]
    }
}
