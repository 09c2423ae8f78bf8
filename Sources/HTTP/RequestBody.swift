internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import SystemPackage

/// What a request carries. It can be sent again, after a redirect or a failure.
public enum RequestBody: Sendable {
    /// A form (`application/x-www-form-urlencoded`).
    case form(Secret)
    /// A small document and its media type.
    case bytes([UInt8], contentType: String)
    /// A part of a file, in bytes from its beginning, as `application/octet-stream`. The file must not change meanwhile;
    /// `sent` is told how many bytes of the part have been handed to the connection.
    case file(FilePath, Range<Int64>, sent: @Sendable (Int64) -> Void)

    /// Puts the body and what announces it into a request.
    ///
    /// - Throws: `invalidConfiguration` when the file cannot be opened.
    func attach(to message: inout HTTPClientRequest) throws(TransferError) {
        switch self {
        case .form(let form):
            message.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            message.body = .bytes(ByteBuffer(string: form.exposed))
        case .bytes(let bytes, let contentType):
            message.headers.add(name: "Content-Type", value: contentType)
            message.body = .bytes(ByteBuffer(bytes: bytes))
        case .file(let path, let range, let sent):
            message.headers.add(name: "Content-Type", value: "application/octet-stream")
            let chunks = FileChunks(file: try OpenFile(path), range: range, sent: sent)
            message.body = .stream(chunks, length: .known(Int64(range.count)))
        }
    }
}
