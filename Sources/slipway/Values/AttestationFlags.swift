import BuildEngine

/// The values of `--attest`, `--provenance` and `--sbom`.
enum AttestationFlags {
    private struct Request {
        var type = ""
        var isDisabled = false
        var attributes: [(key: String, value: String)] = []
    }

    /// What is to be told of the build and of the image, if anything.
    ///
    /// - Parameter environment: for `BUILDX_GIT_INFO` and `BUILDX_GIT_CHECK_DIRTY`, which say what is told of a repository.
    static func settings(
        _ flags: BuildFlags, environment: [String: String]
    ) throws(CommandLineError) -> (provenance: ProvenanceSettings?, sbom: SBOMSettings?) {
        var requests = try flags.attest.map { text throws(CommandLineError) in try parse(text, flag: "--attest") }
        for (type, text) in [("provenance", flags.provenance), ("sbom", flags.sbom)] {
            guard let text, !text.isEmpty else { continue }
            if let isOn = GoBoolean.parse(text) {
                requests.append(Request(type: type, isDisabled: !isOn))
            } else {
                requests.append(try parse("type=\(type),\(text)", flag: "--\(type)"))
            }
        }
        var settings: ProvenanceSettings?
        var bill: SBOMSettings?
        var seen: Set<String> = []
        for request in requests {
            guard seen.insert(request.type).inserted else {
                throw CommandLineError("duplicate attestation field \(request.type)")
            }
            switch request.type {
            case "provenance": if !request.isDisabled { settings = try provenance(request.attributes) }
            case "sbom":
                if !request.isDisabled { bill = try sbom(request.attributes) }
            default:
                throw CommandLineError(
                    "unknown attestation type \"\(request.type)\"", help: "use provenance or sbom")
            }
        }
        if environment["BUILDX_GIT_INFO"].flatMap(GoBoolean.parse) == false { settings?.tellsRepository = false }
        if environment["BUILDX_GIT_CHECK_DIRTY"].flatMap(GoBoolean.parse) == true { settings?.marksChanges = true }
        return (settings, bill)
    }

    private static func sbom(_ attributes: [(key: String, value: String)]) throws(CommandLineError) -> SBOMSettings {
        var settings = SBOMSettings(toolVersion: Slipway.version)
        for (key, value) in attributes {
            switch key {
            case "format" where value == "all": settings.formats = SBOMSettings.Format.allCases
            case "format":
                guard let format = SBOMSettings.Format(rawValue: value) else {
                    throw CommandLineError("--sbom: unknown format \"\(value)\"", help: "use spdx, cyclonedx or all")
                }
                settings.formats = [format]
            case "generator":
                throw CommandLineError(
                    "--sbom: generator=\(value) is not supported",
                    help: "the list is made by slipway itself: --sbom=true")
            default: throw CommandLineError("--sbom: \(key) is not supported", help: "use format=spdx|cyclonedx|all")
            }
        }
        return settings
    }

    private static func parse(_ text: String, flag: String) throws(CommandLineError) -> Request {
        var request = Request()
        for (key, value) in try CSVFields.pairs(text, flag: flag) {
            switch key {
            case "type": request.type = value
            case "disabled":
                guard let isDisabled = GoBoolean.parse(value) else {
                    throw CommandLineError("\(flag): disabled=\(value) is neither true nor false")
                }
                request.isDisabled = isDisabled
            default: request.attributes.append((key, value))
            }
        }
        guard !request.type.isEmpty else { throw CommandLineError("\(flag): attestation type not specified") }
        return request
    }

    private static func provenance(
        _ attributes: [(key: String, value: String)]
    ) throws(CommandLineError) -> ProvenanceSettings {
        var settings = ProvenanceSettings()
        for (key, value) in attributes {
            switch key {
            case "mode":
                // `full` is what `max` was called once.
                guard let mode = ProvenanceSettings.Mode(rawValue: value == "full" ? "max" : value) else {
                    throw CommandLineError("--provenance: invalid mode \"\(value)\"", help: "use min or max")
                }
                settings.mode = mode
            case "version":
                guard let version = ProvenanceSettings.Version(rawValue: value) else {
                    throw CommandLineError(
                        "--provenance: invalid provenance SLSA version: \(value)", help: "use v1 or v0.2")
                }
                settings.version = version
            case "builder-id": settings.builderID = value
            case "filename":
                guard !value.isEmpty, value != ".", value != "..", !value.contains("/"), !value.contains("\0") else {
                    throw CommandLineError("--provenance: filename=\(value) is not the name of a file")
                }
                settings.fileName = value
            case "reproducible": settings.isReproducible = try boolean(key, value)
            case "inline-only": settings.isInlineOnly = try boolean(key, value)
            case "complete-materials": settings.needsCompleteMaterials = try boolean(key, value)
            case "disabled": break
            default:
                throw CommandLineError(
                    "--provenance: \(key) is not supported",
                    help: "use mode, version, builder-id, reproducible, filename, inline-only or complete-materials")
            }
        }
        return settings
    }

    private static func boolean(_ key: String, _ value: String) throws(CommandLineError) -> Bool {
        guard let result = GoBoolean.parse(value) else {
            throw CommandLineError("--provenance: \(key)=\(value) is neither true nor false")
        }
        return result
    }
}
