import HTTPTypes
public import Hummingbird

extension Response {
    /// Adds the `Link` field by which clients turn pages (RFC 8288). `oldest`: the id that the next page is
    /// older than; nil when this page is empty. `newest`: the id that the previous page is newer than.
    /// `base`: the node's origin.
    public func linked(_ request: Request, base: String, oldest: Int64?, newest: Int64?) -> Response {
        guard let oldest, let newest else { return self }
        let kept = request.uri.queryParameters
            .filter { !["max_id", "min_id", "since_id"].contains($0.key) }
            .map { "\($0.key)=\($0.value.percentEncoded)&" }.joined()
        let address = "\(base)\(request.uri.path)?\(kept)"
        var response = self
        response.headers.set(
            "Link",
            to: "<\(address)max_id=\(oldest)>; rel=\"next\", <\(address)min_id=\(newest)>; rel=\"prev\"")
        return response
    }
}
