import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Signatures
import Social
import Storage
import Surface

/// OAuth 2 as Mastodon's clients use it; the page on which people agree is in `WebUI`.
struct AppRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.post("api/v1/apps") { try await register($0, $1) }
        router.get("api/v1/apps/verify_credentials") { try await verify($0, $1) }
        router.post("oauth/token") { request, context in try await oauth { try await token(request, context) }
        }
        router.post("oauth/revoke") { request, context in
            try await oauth { try await revoke(request, context) }
        }
        router.get(".well-known/oauth-authorization-server") { _, _ in Response(json: metadata) }
    }

    @concurrent
    private func register(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let fields = try await Fields(request, context: context)
        let redirects = fields.list("redirect_uris").flatMap { $0.split(separator: "\n") }.map {
            $0.trimmingPrefix { $0.isWhitespace }.description
        }
        let (application, secret) = try await desk.grants.register(
            name: fields["client_name"] ?? "", website: fields["website"].flatMap { $0.isEmpty ? nil : $0 },
            redirectURIs: redirects,
            scopes: Scopes(fields["scopes"].flatMap { $0.isEmpty ? nil : $0 } ?? "read"))
        var json = entity(application).object ?? JSONObject()
        json["client_id"] = .string(application.clientID)
        json["client_secret"] = .string(secret)
        json["client_secret_expires_at"] = 0
        return Response(json: .object(json))
    }

    @concurrent
    private func verify(_ request: Request, _ context: HallwayContext) async throws -> Response {
        guard let id = context.session?.token.application,
            let application = try await desk.needs.store.read({ try $0.application(id) })
        else { throw Refusal.notAuthenticated(because: "The access token is invalid") }
        return Response(json: entity(application))
    }

    private func token(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let fields = try await Fields(request, context: context)
        let (token, word) = try await desk.grants.exchange(fields, basic: Self.basic(request))
        return Response(json: [
            "access_token": .string(word), "token_type": "Bearer", "scope": .string(token.scopes.text),
            "created_at": .int(Int64(token.createdAt.timeIntervalSince1970)),
        ])
    }

    private func revoke(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let fields = try await Fields(request, context: context)
        try await desk.grants.revoke(
            fields["token"] ?? "", clientID: Self.basic(request)?.id ?? fields["client_id"])
        return Response(json: [:])
    }

    private func oauth(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as OAuthRefusal {
            return Response(
                json: ["error": .string(refusal.rawValue), "error_description": .string(refusal.sentence)],
                status: HTTPResponse.Status(code: refusal.code))
        }
    }

    private static func basic(_ request: Request) -> (id: String, secret: String)? {
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix("basic "),
            let plain = bytes(base64: field.dropFirst(6))
        else { return nil }
        let parts = String(decoding: plain, as: UTF8.self).split(separator: ":", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private func entity(_ application: ClientApplication) -> JSONValue {
        [
            "id": .string(application.id.description), "name": .string(application.name),
            "website": JSONValue(application.website),
            "scopes": .array(application.scopes.words.map { .string($0) }),
            "redirect_uri": .string(application.redirectURIs.joined(separator: "\n")),
            "redirect_uris": .array(application.redirectURIs.map { .string($0) }), "vapid_key": "",
        ]
    }

    /// RFC 8414.
    private var metadata: JSONValue {
        let origin = desk.needs.addresses.base.origin
        return [
            "issuer": .string("\(origin)/"), "authorization_endpoint": .string("\(origin)/oauth/authorize"),
            "token_endpoint": .string("\(origin)/oauth/token"),
            "app_registration_endpoint": .string("\(origin)/api/v1/apps"),
            "revocation_endpoint": .string("\(origin)/oauth/revoke"),
            "scopes_supported": .array(Grants.known.map { .string($0) }),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"], "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        ]
    }
}
