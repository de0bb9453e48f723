/// The table of sizes that Spec/federation.md promises; what is larger is refused or cut, as said there.
public enum Limits {
    /// Characters of a post written here.
    public static let postText = 5000
    /// Bytes of HTML taken from another node.
    public static let remoteContent = 256 * 1024
    /// Bytes of an inbox request (N77).
    public static let inboxBody = 1024 * 1024
    /// Bytes of a fetched document (N78).
    public static let fetchedBody = 1024 * 1024
    /// Levels of JSON (N79).
    public static let jsonDepth = 64
    /// Members and items of one JSON document (N79).
    public static let jsonNodes = 100_000
    /// Recipients in `to` and `cc` that are looked at (N80).
    public static let recipients = 1000
    /// Tags of an object that are looked at (N80).
    public static let tags = 256
    /// Attachments that are kept (N80).
    public static let attachments = 16
    /// Characters of a summary (content warning) or title.
    public static let summary = 1000
    /// Characters of a display name.
    public static let displayName = 100
    /// Characters of a biography written here.
    public static let biography = 1000
    /// Lines of a profile.
    public static let fields = 16
    /// Characters of a title, department, office or contact.
    public static let profileWord = 200
    public static let skills = 50
    public static let skill = 60
    public static let contacts = 10
    /// Parents that are followed upwards from a reply (N83).
    public static let threadDepth = 64
    /// Pages of a remote collection that are read (N82).
    public static let collectionPages = 10
    /// Redirects that a fetch follows (N71).
    public static let redirects = 3
    /// Attempts before a received activity is set aside (N87).
    public static let handlingAttempts = 8
    /// Days for which a delivery is tried.
    public static let deliveryDays = 7
}
