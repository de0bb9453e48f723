public import Domain

/// What a notification says in words, and why it came: the same on pages and in letters.
public enum NotificationWords {
    /// What follows the name of who caused it.
    public static func deed(_ kind: Notification.Kind) -> String {
        switch kind {
        case .mention: "named you"
        case .follow: "began to follow you"
        case .followAsked: "asks to follow you"
        case .like: "likes your post"
        case .announce: "shared your post"
        case .post: "wrote something"
        case .edit: "changed a post that you shared"
        case .recognition: "thanked you"
        case .answer: "answered your question"
        case .accepted: "accepted your answer"
        case .reaction: "reacted to your post"
        case .pollClosed: "asked in a poll that has ended"
        case .surveyTold: "asked in a survey whose results are here"
        case .groupAsked: "is a group that people ask to join"
        case .groupInvited: "invites you to join"
        case .groupJoined: "is a group that you belong to now"
        case .groupPost: "began a thread in a group"
        case .announcement: "published an announcement for you"
        case .announcementReminder: "reminds you: please acknowledge this announcement"
        case .announcementOverdue:
            "wrote an announcement that is past its date, and not everyone has acknowledged it"
        case .place: "has a place for you: you moved up from the waiting list"
        case .gatheringReminder: "reminds you of an event you go to"
        case .gatheringChanged: "changed an event you go to"
        case .quote: "quoted your post"
        case .quotedEdit: "changed a post that you quoted"
        case .knowledgeReview: "wrote what is in the knowledge base, and it is time to review it"
        case .knowledgeHanded: "handed you an article of the knowledge base"
        }
    }

    /// What follows "You are told this because".
    public static func reason(_ kind: Notification.Kind) -> String {
        switch kind {
        case .mention: "you are named or answered"
        case .follow, .followAsked: "somebody wants to read what you write"
        case .like, .announce: "it is about your post"
        case .post: "you asked to be told of each of their posts"
        case .edit: "you shared this post before it was changed"
        case .recognition: "it thanks you"
        case .answer: "it is your question"
        case .accepted: "it is your answer"
        case .reaction: "it is about your post"
        case .pollClosed: "you asked or voted"
        case .surveyTold: "you asked or answered"
        case .groupAsked: "you look after the group"
        case .groupInvited: "somebody of the group wants you there"
        case .groupPost: "you asked to be told of threads in this group"
        case .groupJoined: "you asked, were invited, or your department or office belongs there"
        case .announcement: "it is for your department, office or language, or for everyone"
        case .announcementReminder: "you have not acknowledged it yet"
        case .announcementOverdue: "you wrote it"
        case .place, .gatheringReminder, .gatheringChanged: "you said that you come"
        case .quote: "it shows your post"
        case .quotedEdit: "your post shows it"
        case .knowledgeReview: "you look after it, or nobody does and you moderate this office"
        case .knowledgeHanded: "you look after it from now on"
        }
    }

    /// What a person can stop, in their words.
    public static func choice(_ kind: Notification.Kind) -> String {
        switch kind {
        case .mention: "Somebody names or answers me"
        case .follow: "Somebody follows me"
        case .followAsked: "Somebody asks to follow me"
        case .like: "Somebody likes my post"
        case .announce: "Somebody shares my post"
        case .post: "Somebody whose every post I asked for writes"
        case .edit: "A post that I shared is changed"
        case .recognition: "Somebody thanks me"
        case .answer: "Somebody answers my question"
        case .accepted: "My answer is accepted"
        case .reaction: "Somebody reacts to my post"
        case .pollClosed: "A poll that I asked or voted in ends"
        case .surveyTold: "The results of a survey are here"
        case .groupAsked: "Somebody asks to join a group that I look after"
        case .groupInvited: "A group invites me"
        case .groupJoined: "I belong to a group now"
        case .groupPost: "A thread begins in a group of which I want to hear"
        case .announcement: "An announcement is for me"
        case .announcementReminder: "I have to acknowledge an announcement"
        case .announcementOverdue: "Not everyone acknowledged my announcement in time"
        case .place: "I have a place at an event"
        case .gatheringReminder: "An event that I go to begins soon"
        case .gatheringChanged: "An event that I go to is changed"
        case .quote: "Somebody quotes my post"
        case .quotedEdit: "A post that I quoted is changed"
        case .knowledgeReview: "An article that I look after is to be reviewed"
        case .knowledgeHanded: "An article is handed to me"
        }
    }

    /// Whoever caused it: "Ada", "Ada and Boris", "Ada and 3 others".
    public static func people(_ names: [String]) -> String {
        switch names.count {
        case 0: "Somebody"
        case 1: names[0]
        case 2: "\(names[0]) and \(names[1])"
        default: "\(names[0]) and \(names.count - 1) others"
        }
    }
}
