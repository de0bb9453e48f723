import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Surface

/// The page on which a person lets a program act for them (RFC 6749 §4.1.1).
struct AuthoriseRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("oauth/authorize") { try await ask($0, $1) }
        router.post("oauth/authorize") { try await decide($0, $1) }
    }

    @concurrent
    private func ask(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let fields = try await Fields(request, context: context)
        let asked: Grants.Request
        do {
            asked = try await pages.desk.grants.request(fields)
        } catch let refusal as OAuthRefusal {
            return problem(refusal)
        }
        guard let session = context.session, session.isBrowser, session.token.person != nil else {
            return Response.redirect(to: "/auth/sign_in?back=\(Back.encode(request))", type: .normal)
        }
        let names = [
            "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
            "code_challenge_method",
        ]
        let hidden =
            names.compactMap { name in fields[name].map { ["name": name, "value": $0] } }
            + [["name": "seal", "value": FormSeal.word(for: session)]]
        var response = Response(
            html: pages.templates.render(
                "authorise",
                [
                    "pageTitle": "Let a program in", "nodeName": pages.desk.nodeName,
                    "application": asked.application.name, "permissions": Self.sentences(asked.scopes),
                    "hidden": hidden,
                ]))
        // The form's answer is a redirect to the program, which `form-action 'self'` would stop.
        response.headers[.contentSecurityPolicy] = response.headers[.contentSecurityPolicy]?
            .replacing("form-action 'self'; ", with: "")
        return response
    }

    @concurrent
    private func decide(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        let asked: Grants.Request
        do {
            asked = try await pages.desk.grants.request(fields)
        } catch let refusal as OAuthRefusal {
            return problem(refusal)
        }
        guard fields["decision"] == "yes" else {
            guard asked.redirectURI != Grants.outOfBand else {
                return Response.redirect(to: "/", type: .normal)
            }
            return leave(asked, with: "error=access_denied")
        }
        let code = try await pages.desk.grants.approve(asked, by: person)
        guard asked.redirectURI == Grants.outOfBand else { return leave(asked, with: "code=\(code)") }
        return Response(
            html: pages.templates.render(
                "code",
                [
                    "pageTitle": "Your code", "nodeName": pages.desk.nodeName,
                    "application": asked.application.name,
                    "code": code,
                ]))
    }

    private func leave(_ asked: Grants.Request, with words: String) -> Response {
        let mark = asked.redirectURI.contains("?") ? "&" : "?"
        let state = asked.state.map { "&state=\($0.percentEncoded)" }
        return Response.redirect(to: "\(asked.redirectURI)\(mark)\(words)\(state ?? "")", type: .found)
    }

    private func problem(_ refusal: OAuthRefusal) -> Response {
        let values = [
            "pageTitle": "That did not work", "heading": "This program asks in a way that cannot be answered",
            "message": refusal.sentence, "nodeName": pages.desk.nodeName,
        ]
        return Response(
            html: pages.templates.render("problem", values), status: HTTPResponse.Status(code: refusal.code))
    }

    private static func sentences(_ scopes: Scopes) -> [String] {
        let sentences = scopes.words.map { word in
            switch word.prefix(while: { $0 != ":" }) {
            case "read": "Read what you can read"
            case "write": "Write, share and like in your name"
            case "follow": "Follow, mute and block for you"
            case "push": "Notify you"
            case "profile": "See who you are"
            default: "Use “\(word)”"
            }
        }
        var seen: Set<String> = []
        return sentences.filter { seen.insert($0).inserted }
    }
}
