import HTTP
import Testing

@testable import Registry

/// What is done about a blob, without any server.
struct BlobUploadTests {
    private static let error = RegistryError(.notFound, "gone")
    private static let large: Int64 = 300 << 20

    @Test func whatIsThereIsNotSent() {
        var upload = BlobUpload(size: 10, candidates: ["other"])
        #expect(upload.begin().text == "check")
        #expect(upload.checked(exists: true).text == "done present")
    }

    @Test func mountsBeforeItUploads() {
        var upload = BlobUpload(size: 10, candidates: ["first", "second"])
        #expect(upload.checked(exists: false).text == "start mount=first")
        #expect(upload.mounted().text == "done mounted first")
        // The registry did not mount it, and has begun an upload instead.
        #expect(upload.started(at: "/u").text == "finish /u 0..<10")
    }

    @Test func aSmallBlobIsOneRequest() {
        var upload = BlobUpload(size: BlobUpload.singleRequestSize, candidates: [])
        #expect(upload.checked(exists: false).text == "start")
        #expect(upload.started(at: "/u").text == "finish /u 0..<1048576")
    }

    @Test func anEmptyBlobIsFinishedWithoutBytes() {
        var upload = BlobUpload(size: 0, candidates: [])
        _ = upload.checked(exists: false)
        #expect(upload.started(at: "/u").text == "finish /u 0..<0")
    }

    @Test func aLargeBlobGoesOnWhereItWasCut() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        #expect(upload.started(at: "/u").text == "send /u 0..<314572800")
        #expect(upload.interrupted().text == "ask /u")
        #expect(upload.stands(at: "/v", range: "0-1048575", sent: nil).text == "send /v 1048576..<314572800")
        #expect(
            upload.stands(at: "/w", range: "0-314572799", sent: Self.large).text == "finish /w 314572800..<314572800")
        // Whether the last request arrived is not known.
        #expect(upload.interrupted().text == "check")
        #expect(upload.checked(exists: true).text == "done uploaded")
    }

    @Test func aRegistryThatSaysNothingOfBytesHasThemAll() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        _ = upload.started(at: "/u")
        #expect(upload.stands(at: "/u", range: nil, sent: Self.large).text == "finish /u 314572800..<314572800")
    }

    @Test func aForgottenSessionBeginsAnewSoManyTimes() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        for _ in 0..<BlobUpload.maximumRestarts {
            _ = upload.started(at: "/u")
            #expect(upload.forgotten(Self.error).text == "start")
        }
        #expect(upload.forgotten(Self.error).text == "fail gone")
    }

    /// A server that takes nothing and never says so would be sent the same for ever.
    @Test func bytesThatAreNeverTaken() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        var action = upload.started(at: "/u")
        var rounds = 0
        while !action.text.hasPrefix("fail"), rounds < 100 {
            rounds += 1
            action = upload.stands(at: "/u", range: "0-0", sent: Self.large)
            if action.text == "start" { action = upload.started(at: "/u") }
        }
        #expect(rounds == BlobUpload.maximumRestarts + 1)
    }

    @Test(arguments: ["0-9223372036854775806", "0-314572800"])
    func moreThanWasSent(range: String) {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        _ = upload.started(at: "/u")
        #expect(upload.stands(at: "/u", range: range, sent: Self.large).text.hasPrefix("fail"))
    }

    @Test(arguments: [
        "", "-", "5-9", "0--1", "0-9223372036854775807", "0-99999999999999999999", "bytes", "a-b", "0-1x",
    ])
    func rangesThatAreNone(range: String) {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        _ = upload.started(at: "/u")
        // Asked where it stands, it begins at the beginning.
        #expect(upload.stands(at: "/u", range: range, sent: nil).text == "send /u 0..<314572800")
    }

    @Test func requestsThatAreTooLargeBecomeSmaller() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        _ = upload.started(at: "/u")
        var sizes: [Int64] = []
        while upload.tooLarge(Self.error).text == "ask /u", sizes.count < 100 {
            guard case .send(_, let range) = upload.stands(at: "/u", range: nil, sent: nil) else { break }
            sizes.append(Int64(range.count) >> 20)
        }
        #expect(sizes == [64, 32, 16, 8])
    }

    @Test func rejectedBytesAreSentAgainOnlyIfTheyWerePieced() {
        var upload = BlobUpload(size: Self.large, candidates: [])
        _ = upload.checked(exists: false)
        _ = upload.started(at: "/u")
        #expect(upload.rejected(Self.error).text == "fail gone")
        _ = upload.stands(at: "/u", range: "0-9", sent: nil)
        #expect(upload.rejected(Self.error).text == "start")
        #expect(upload.rejected(Self.error).text == "fail gone")
    }
}

extension BlobUpload.Action {
    fileprivate var text: String {
        switch self {
        case .check: "check"
        case .start(let mount): "start" + (mount.map { " mount=\($0)" } ?? "")
        case .send(let location, let range): "send \(location) \(range)"
        case .finish(let location, let range): "finish \(location) \(range)"
        case .ask(let location): "ask \(location)"
        case .done(.present): "done present"
        case .done(.mounted(let from)): "done mounted \(from)"
        case .done(.uploaded): "done uploaded"
        case .fail(let error): "fail \(error.message)"
        }
    }
}
