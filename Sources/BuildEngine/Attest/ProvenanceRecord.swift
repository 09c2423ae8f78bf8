import BuildGraph
import Dockerfile
import FileSystem
import OCI

/// How the image for one platform was built, as a SLSA provenance predicate in BuildKit's form.
///
/// SLSA v1.1 and v0.2, "provenance"; BuildKit, docs/attestations/slsa-definitions.md and `solver/llbsolver/provenance`, whose
/// names of members are used. What is told comes from the graph and the request, never from the environment: values of
/// secrets are not in reach here.
struct ProvenanceRecord: Sendable {
    let settings: ProvenanceSettings
    let sources: ProvenanceSources
    let parameters: ProvenanceParameters
    /// The steps and the Dockerfile they come from; nil with `mode=min`.
    let steps: ProvenanceSteps?
    /// Address and revision of the repository that the context is in, by BuildKit's keys.
    let repository: [String: String]
    let run: Run

    /// The build as an event.
    struct Run: Sendable {
        var started: Timestamp
        var finished: Timestamp?
        /// Different for each build.
        let identifier: String

        init(started: Timestamp = .now) {
            self.started = started
            // 25 digits of base 36, as BuildKit has it.
            let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
            identifier = String((0..<25).map { _ in digits[Int.random(in: 0..<36)] })
        }
    }

    /// The type of the predicate: a URI.
    var predicateType: String {
        switch settings.version {
        case .v1: "https://slsa.dev/provenance/v1"
        case .v02: "https://slsa.dev/provenance/v0.2"
        }
    }

    /// The claim.
    ///
    /// - Parameters:
    ///   - layers: the layers of the image as they are stored, the lowest first; nil where only files are exported.
    func attestation(finished: Timestamp, layers: [Descriptor]?) -> Attestation {
        let predicate =
            switch settings.version {
            case .v1: version1(finished, layers)
            case .v02: version02(finished, layers)
            }
        return Attestation(predicateType: predicateType, predicate: predicate, fileName: settings.fileName)
    }

    private func version1(_ finished: Timestamp, _ layers: [Descriptor]?) -> JSONValue {
        var internalParameters: JSONValue = ["builderPlatform": .string(Platform.host.description)]
        internalParameters["buildConfig"] = steps?.buildConfiguration
        var metadata: JSONValue = [
            "invocationId": .string(run.identifier), "startedOn": Self.text(run.started),
            "finishedOn": Self.text(finished), "buildkit_metadata": details(layers),
            "buildkit_completeness": [
                "request": .bool(isRequestComplete), "resolvedDependencies": .bool(sources.areComplete),
            ],
        ]
        if settings.isReproducible { metadata["buildkit_reproducible"] = true }
        if sources.isHermetic { metadata["buildkit_hermetic"] = true }
        return [
            "buildDefinition": [
                "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                "externalParameters": [
                    "configSource": parameters.configSource(pathKey: "path"),
                    "request": parameters.request(settings.mode, sources),
                ],
                "internalParameters": internalParameters,
                "resolvedDependencies": .array(sources.dependencies),
            ],
            "runDetails": ["builder": ["id": .string(settings.builderID)], "metadata": metadata],
        ]
    }

    private func version02(_ finished: Timestamp, _ layers: [Descriptor]?) -> JSONValue {
        let own = "https://mobyproject.org/buildkit@v1"
        var metadata: JSONValue = [
            "buildInvocationID": .string(run.identifier), "buildStartedOn": Self.text(run.started),
            "buildFinishedOn": Self.text(finished),
            "completeness": [
                "parameters": .bool(isRequestComplete), "environment": true, "materials": .bool(sources.areComplete),
            ],
            "reproducible": .bool(settings.isReproducible),
        ]
        metadata[own + "#metadata"] = details(layers)
        if sources.isHermetic { metadata[own + "#hermetic"] = true }
        var predicate: JSONValue = [
            "builder": ["id": .string(settings.builderID)],
            "buildType": .string(own),
            "materials": .array(sources.dependencies),
            "invocation": [
                "configSource": parameters.configSource(pathKey: "entryPoint"),
                "parameters": parameters.request(settings.mode, sources),
                "environment": ["platform": .string(Platform.host.description)],
            ],
            "metadata": metadata,
        ]
        predicate["buildConfig"] = steps?.buildConfiguration
        return predicate
    }

    private var isRequestComplete: Bool { settings.mode == .max || !parameters.hasPrivateArguments }

    /// What only BuildKit's form has a place for.
    private func details(_ layers: [Descriptor]?) -> JSONValue {
        var details: JSONValue = [:]
        if !repository.isEmpty { details["vcs"] = .strings(repository) }
        if let steps {
            details["source"] = steps.source
            if let layers { details["layers"] = steps.layers(layers) }
        }
        return details
    }

    private static func text(_ time: Timestamp) -> JSONValue {
        .string(RFC3339.string(seconds: time.seconds, nanoseconds: time.nanoseconds))
    }
}
