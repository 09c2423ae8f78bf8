import OCI

/// What an operation really uses, found when its inputs have their results: the second key, and what it was made of.
struct UsedInputs {
    /// The content key.
    var key: Digest
    /// The digests of the sources of a copy or of what a run mounts, by their positions.
    var contents: [Int: Digest] = [:]
    /// The files of those that come from other operations, with the digests of the regular ones.
    var selections: [Int: (selection: Selection, digests: [Digest])] = [:]
}

/// Why a key led to no result.
enum CacheMiss {
    /// There is no record.
    case absent
    /// The record was made by a build with a later epoch, in seconds, than the one that was asked for.
    case laterEpoch(Int64)
    /// A layer of the record is gone.
    case missingLayer
}
