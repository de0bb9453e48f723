import Domain
import Signatures

/// The `Collection-Synchronization` field, by which two nodes notice that they disagree about who follows (FEP-8fcf).
struct FollowersDigest: Sendable, Equatable {
    static let field = "collection-synchronization"

    var collection: ObjectURI
    /// Where the receiver's own part of the collection is read.
    var url: ObjectURI
    /// XOR of the SHA-256 of each follower's id, in hexadecimal.
    var digest: String

    init(collection: ObjectURI, url: ObjectURI, followers: [ObjectURI]) {
        self.collection = collection
        self.url = url
        digest = Self.digest(of: followers)
    }

    /// Reads the field; nil for one that is not understood.
    init?(_ text: String) {
        guard text.utf8.count <= 6000 else { return nil }
        var values: [Substring: Substring] = [:]
        for part in text.split(separator: ",").prefix(8) {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            values[pair[0]] = pair[1].drop { $0 == "\"" }.prefix { $0 != "\"" }
        }
        guard let collection = values["collectionId"].flatMap({ ObjectURI(String($0)) }),
            let url = values["url"].flatMap({ ObjectURI(String($0)) }), let digest = values["digest"],
            digest.utf8.count == 64
        else { return nil }
        self.collection = collection
        self.url = url
        self.digest = digest.lowercased()
    }

    var text: String { #"collectionId="\#(collection)", url="\#(url)", digest="\#(digest)""# }

    static func digest(of followers: [ObjectURI]) -> String {
        var sum = [UInt8](repeating: 0, count: 32)
        for follower in followers {
            for (index, byte) in Digest.sha256(follower.string.utf8).enumerated() { sum[index] ^= byte }
        }
        return sum.hex
    }
}
