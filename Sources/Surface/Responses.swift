public import Hummingbird
public import HTTPTypes
public import JSON
import NIOCore

extension Response {
    /// A JSON answer.
    public init(
        json: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json; charset=utf-8"
    ) {
        self.init(jsonBytes: json.bytes, status: status, type: type)
    }

    /// A JSON answer that is written already.
    public init(
        jsonBytes: [UInt8], status: HTTPResponse.Status = .ok,
        type: String = "application/json; charset=utf-8"
    ) {
        self.init(
            status: status, headers: [.contentType: type, .cacheControl: "private, no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: jsonBytes)))
    }

    /// A page for people. Nothing but this node may add to it (UI.md §1).
    public init(html: String, status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "private, no-store",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; "
                    + "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        headers.set("Referrer-Policy", to: "same-origin")
        headers.set("X-Frame-Options", to: "DENY")
    }

    /// Plain words.
    public init(text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8") {
        self.init(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPFields {
    /// Sets a field that has no constant.
    public mutating func set(_ name: String, to value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}
