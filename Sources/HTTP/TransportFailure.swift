internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SystemPackage

/// Says in a user's words what went wrong on the way to a host.
struct TransportFailure: Sendable {
    /// The host that the request was for.
    var host: String
    /// The proxy on the way there, if any.
    var proxy: String?

    /// The error to show instead of one of the HTTP library's.
    func error(for error: any Error) -> TransferError {
        switch error {
        case let error as TransferError: error
        case is CancellationError: canceled(error)
        case let error as HTTPClientError: client(error)
        case let error as NIOConnectionError: connection(error)
        case let error as IOError: system(Errno(rawValue: error.errnoCode), error)
        case let error as ChannelError: lost(error == .eof || error == .alreadyClosed ? "it was closed" : "", error)
        case let error as NIOSSLError: tls(error)
        case let error as NIOSSLExtraError:
            tls(error == .failedToValidateHostname ? "its certificate is for another host" : "", error)
        case let error as BoringSSLError:
            Self.wantsCertificate(String(describing: error))
                ? certificateWanted(error) : tls(String(describing: error), error)
        case HTTPParserError.invalidEOFState: lost("it was closed", error)
        case is HTTPParserError:
            TransferError(.invalidResponse, "\(host) does not answer in HTTP", cause: error)
        // HTTP/2's errors among them: a stream or connection that the server ends.
        default: lost("\(error)", error)
        }
    }

    private func client(_ error: HTTPClientError) -> TransferError {
        switch error {
        case .cancelled, .alreadyShutdown, .requestStreamCancelled: canceled(error)
        case .connectTimeout, .getConnectionFromPoolTimeout: unreachable("no answer in time", error)
        case .tlsHandshakeTimeout: tls("no answer in time", error)
        case .socksHandshakeTimeout, .httpProxyHandshakeTimeout: unreachable("the proxy does not answer", error)
        case .proxyAuthenticationRequired: unreachable("the proxy wants a user name and password", error)
        case .invalidProxyResponse: unreachable("the proxy refuses", error)
        case .readTimeout, .writeTimeout, .deadlineExceeded: lost("no answer in time", error)
        case .remoteConnectionClosed, .uncleanShutdown: lost("it was closed", error)
        default: TransferError(.connectionLost, "the request to \(host) failed: \(error)", cause: error)
        }
    }

    private func connection(_ error: NIOConnectionError) -> TransferError {
        if let lookup = error.dnsAError ?? error.dnsAAAAError {
            // glibc's words: "Name or service not known", "Temporary failure in name resolution".
            let reason = (lookup as? SocketAddressError.UnknownHost)?.errorDescription ?? "\(lookup)"
            return unreachable("\(proxy == nil ? "the" : "the proxy's") name does not resolve (\(reason))", error)
        }
        let failures = error.connectionErrors.map(\.error)
        let codes = failures.compactMap { ($0 as? IOError).map { Errno(rawValue: $0.errnoCode) } }
        let reasons = codes.map(\.description) + (codes.count < failures.count ? ["no answer in time"] : [])
        let distinct = reasons.enumerated().filter { !reasons[..<$0.offset].contains($0.element) }.map(\.element)
        let reason = distinct.isEmpty ? "no connection" : distinct.joined(separator: ", ")
        return unreachable(reason, error, transient: codes.contains { Self.isPassing($0) })
    }

    /// A registry that is being restarted refuses for a moment; where packets vanish there is nothing to wait for.
    private static func isPassing(_ code: Errno) -> Bool { code == .connectionRefused || code == .connectionReset }

    /// An error of the kernel's, while a connection to an address is made or later.
    private func system(_ code: Errno, _ error: IOError) -> TransferError {
        switch code {
        case .connectionRefused, .noRouteToHost, .networkUnreachable, .hostIsDown, .networkDown, .timedOut,
            .addressNotAvailable, .permissionDenied, .notPermitted:
            unreachable(code.description, error, transient: Self.isPassing(code))
        default: lost(code.description, error)
        }
    }

    private func tls(_ error: NIOSSLError) -> TransferError {
        switch error {
        case .handshakeFailed(let reason):
            let text = String(describing: reason)
            return if text.contains("CERTIFICATE_VERIFY_FAILED") {
                TransferError(
                    .untrusted,
                    "no secure connection to \(host): its certificate is not signed by a trusted authority or has expired",
                    cause: error)
            } else if Self.wantsCertificate(text) {
                certificateWanted(error)
            } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                tls("it does not speak TLS", error)
            } else {
                tls(text, error)
            }
        case .unableToValidateCertificate, .noCertificateToValidate: return tls("its certificate is not valid", error)
        case .noSuchFilesystemObject, .failedToLoadCertificate:
            return TransferError(
                .invalidConfiguration, "the file of trusted certificates (SSL_CERT_FILE) cannot be read",
                cause: error)
        case .uncleanShutdown: return lost("it was closed", error)
        default: return tls("\(error)", error)
        }
    }

    /// Whether an alert stands for a client's certificate that is missing or not accepted (RFC 8446 section 6.2).
    private static func wantsCertificate(_ text: String) -> Bool {
        ["ALERT_CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA"].contains { text.contains($0) }
    }

    private func certificateWanted(_ cause: any Error) -> TransferError {
        TransferError(
            .certificateWanted,
            "no secure connection to \(host): it wants to see a certificate of the client that it knows",
            cause: cause)
    }

    private func unreachable(_ reason: String, _ cause: any Error, transient: Bool = false) -> TransferError {
        TransferError(
            .unreachable, "cannot reach \(host): \(reason)" + (proxy.map { " (by proxy \($0))" } ?? ""), cause: cause,
            transient: transient)
    }

    private func lost(_ reason: String, _ cause: any Error) -> TransferError {
        TransferError(
            .connectionLost, "lost the connection to \(host)" + (reason.isEmpty ? "" : ": \(reason)"), cause: cause,
            transient: true)
    }

    private func tls(_ reason: String, _ cause: any Error) -> TransferError {
        TransferError(
            .tls, "no secure connection to \(host)" + (reason.isEmpty ? "" : ": \(reason)"), cause: cause)
    }

    private func canceled(_ cause: any Error) -> TransferError {
        TransferError(.canceled, "the request to \(host) was canceled", cause: cause)
    }
}

extension TimeAmount {
    /// The same time, to the nanosecond.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
    }
}
