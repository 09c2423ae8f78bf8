/// Finds the next page of a list in the `Link` headers of an answer (RFC 8288).
enum PageLink {
    /// The address of the next page: `</v2/app/tags/list?last=b&n=2>; rel="next"`.
    static func next(in headers: [String]) -> String? {
        for link in headers.flatMap({ $0.split(separator: ",") }) {
            guard let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close else {
                continue
            }
            let parameters = link[link.index(after: close)...].lowercased()
            if parameters.contains("rel=\"next\"") || parameters.contains("rel=next") {
                return String(link[link.index(after: open)..<close])
            }
        }
        return nil
    }
}
