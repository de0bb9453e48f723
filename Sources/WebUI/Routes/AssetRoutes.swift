import HTTPTypes
import Hummingbird
import NIOCore
import Surface

/// What pages load, from inside the program.
struct AssetRoutes {
    private static let files: [(String, String, [UInt8])] = [
        ("style.css", "text/css; charset=utf-8", PackageResources.style_css),
        ("app.js", "text/javascript; charset=utf-8", PackageResources.app_js),
        ("icons.svg", "image/svg+xml", PackageResources.icons_svg),
        ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
        ("avatar.svg", "image/svg+xml", PackageResources.avatar_svg),
        ("header.svg", "image/svg+xml", PackageResources.header_svg),
    ]

    func add(to router: Router<HallwayContext>) {
        for (name, type, bytes) in Self.files {
            router.get("assets/\(name)") { _, _ in
                Response(
                    status: .ok,
                    headers: [
                        .contentType: type, .cacheControl: "public, max-age=600",
                        .xContentTypeOptions: "nosniff",
                    ],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            }
        }
    }
}
