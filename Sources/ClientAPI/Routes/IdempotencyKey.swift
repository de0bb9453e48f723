import Domain
import HTTPTypes
import Hummingbird

extension Request {
    /// The word by which a client says that a request repeats an earlier one; nil where it says none.
    func idempotencyKey() throws(Refusal) -> String? {
        guard let key = headers.first(where: { $0.name.canonicalName == "idempotency-key" })?.value,
            !key.isEmpty
        else { return nil }
        guard key.utf8.count <= 255 else {
            throw .invalid(field: "Idempotency-Key", because: "is too long (maximum is 255 bytes)")
        }
        return key
    }
}
