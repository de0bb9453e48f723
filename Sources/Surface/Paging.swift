import HTTPTypes
public import Hummingbird

extension Response {
    /// Adds the `Link` field by which clients turn pages (RFC 8288). `oldest`: the id that the next page is
    /// older than; nil when this page is empty. `newest`: the id that the previous page is newer than; nil where the list
    /// is read in one direction alone, as those are that go upwards. `base`: the node's origin.
    public func linked(_ request: Request, base: String, oldest: Int64?, newest: Int64?) -> Response {
        guard let oldest else { return self }
        let kept = request.uri.queryParameters
            .filter { !["max_id", "min_id", "since_id"].contains($0.key) }
            .map { "\($0.key)=\($0.value.percentEncoded)&" }.joined()
        let address = "\(base)\(request.uri.path)?\(kept)"
        var links = ["<\(address)max_id=\(oldest)>; rel=\"next\""]
        if let newest { links.append("<\(address)min_id=\(newest)>; rel=\"prev\"") }
        var response = self
        response.headers.set("Link", to: links.joined(separator: ", "))
        return response
    }
}
