import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Signatures
import Social
import Social
import Storage
import Surface

/// Signing in and out.
struct SessionRoutes {
    private static let monthSeconds = 30 * 86400
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("auth/sign_in") { request, context in
            if context.session?.token.person != nil, context.session?.isBrowser == true {
                return Response.redirect(to: "/", type: .normal)
            }
            let back = request.uri.queryParameters["back"].map(String.init)
            return page(name: "", back: Back.path(back), problem: nil)
        }
        router.post("auth/sign_in") { try await signIn($0, $1) }
        if pages.desk.acceptsRegistrations {
            router.get("auth/sign_up") { _, _ in newcomer(Fields.none, problem: nil) }
            router.post("auth/sign_up") { try await signUp($0, $1) }
        }
        router.post("auth/sign_out") { request, context in
            _ = try await pages.form(request, context)
            if let hash = context.session?.hash {
                try await pages.desk.needs.store.write { try $0.deleteToken(hash: hash) }
            }
            var response = Response.redirect(to: "/auth/sign_in", type: .normal)
            response.setCookie(cookie("", seconds: 0))
            return response
        }
    }

    @concurrent
    private func signIn(_ request: Request, _ context: HallwayContext) async throws -> Response {
        // A form of another site could sign somebody in as someone else: browsers say where a form comes from.
        let origin = request.headers.first { $0.name.canonicalName == "origin" }?.value
        guard origin == nil || origin == pages.desk.needs.addresses.base.origin || origin == "null" else {
            throw Refusal.notAllowed(because: "This form is not ours")
        }
        let fields = try await Fields(request, context: context)
        let name = fields["name"] ?? ""
        let back = Back.path(fields["back"])
        do {
            let person = try await pages.desk.signIn.person(
                named: name, password: fields["password"] ?? "", from: context.network)
            let word = try await pages.desk.signIn.issue(
                Token(
                    person: person, application: nil, scopes: Scopes(["read", "write", "follow"]),
                    createdAt: pages.desk.needs.now()))
            let mustAccept = try await pages.desk.needs.store.read { try $0.mustAccept(person) }
            var response = Response.redirect(
                to: mustAccept ? "/guidelines?back=\(back.percentEncoded)" : back, type: .normal)
            response.setCookie(cookie(word, seconds: Self.monthSeconds))
            return response
        } catch Refusal.notAuthenticated(let reason) {
            return page(name: name, back: back, problem: reason)
        }
    }

    /// Makes a login for a visitor, where the node's settings allow it.
    @concurrent
    private func signUp(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let fields = try await Fields(request, context: context)
        let password = fields["password"] ?? ""
        do {
            guard password.count >= 10 else {
                throw Refusal.invalid(field: "Password", because: "needs ten characters")
            }
            try pages.desk.signIn.countNewcomer(from: context.network)
            let hash = await Task.detached { Password.hash(password) }.value
            _ = try await pages.desk.people.welcome(
                People.Newcomer(
                    name: fields["name"] ?? "", displayName: fields["display_name"] ?? "",
                    email: fields["email"] ?? "", passwordHash: hash, isAdministrator: false))
            return Response.redirect(to: "/auth/sign_in", type: .normal)
        } catch let refusal as Refusal {
            return newcomer(fields, problem: Problem(refusal).message)
        }
    }

    private func newcomer(_ fields: Fields, problem: String?) -> Response {
        var values: [String: Any] = [
            "pageTitle": "Join", "nodeName": pages.desk.nodeName, "name": fields["name"] ?? "",
            "displayName": fields["display_name"] ?? "", "email": fields["email"] ?? "",
        ]
        if let problem { values["problem"] = problem }
        return Response(
            html: pages.templates.render("sign_up", values),
            status: problem == nil ? .ok : .unprocessableContent)
    }

    private func page(name: String, back: String, problem: String?) -> Response {
        let desk = pages.desk
        var values: [String: Any] = [
            "pageTitle": "Sign in", "nodeName": desk.nodeName, "name": name, "back": back,
            "contact": desk.contactEmail,
            "sentence": "Sign in to read and write with your colleagues.",
            "mayJoin": desk.acceptsRegistrations,
        ]
        if let problem { values["problem"] = problem }
        return Response(
            html: pages.templates.render("sign_in", values),
            status: problem == nil ? .ok : .unprocessableContent)
    }

    private func cookie(_ word: String, seconds: Int) -> Cookie {
        Cookie(
            name: AccessMiddleware.cookie, value: word, maxAge: seconds, path: "/",
            secure: pages.desk.needs.addresses.base.scheme == "https", httpOnly: true, sameSite: .lax)
    }
}
