import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// Reads what a `Question` asks (FEP-9967).
struct PollIn {
    /// nil for an object that offers no options.
    ///
    /// - Throws: ``Refusal`` for options that cannot be those of a poll (N80).
    static func read(_ object: ASObject, at now: Date) throws(Refusal) -> Poll? {
        guard let offered = object.json["oneOf"] ?? object.json["anyOf"] else { return nil }
        let list = offered.list
        guard Poll.optionCount.contains(list.count) else {
            throw .invalid(field: "Options", because: "must be 2 to 20")
        }
        var poll = Poll(options: [], closesAt: object.date("endTime"))
        for item in list {
            poll.options.append(
                Poll.Option(item["name"]?.string ?? "", votes: count(item["replies"]?["totalItems"])))
        }
        poll.isMultiple = object.json["oneOf"] == nil
        poll.isAnonymous = object.bool("hallway:anonymous") ?? false
        poll.hidesTotals = object.bool("hallway:hidesTotals") ?? false
        try poll.checkOptions()
        let votes = poll.options.map(\.votes)
        let fewest = poll.isMultiple ? votes.max() ?? 0 : min(votes.reduce(0, +), Poll.mostVoters)
        poll.voters = object.json["votersCount"] == nil ? fewest : count(object.json["votersCount"])
        if let closed = object.date("closed"), closed <= now {
            poll.closesAt = min(poll.closesAt ?? closed, closed)
            poll.isClosed = true
        } else if object.bool("closed") == true {
            poll.closesAt = min(poll.closesAt ?? now, now)
            poll.isClosed = true
        }
        return poll
    }

    /// What a node or an author counted, for the options as they are named in the poll; nil where they are others.
    static func tally(_ object: ASObject, of poll: Poll) -> Tally? {
        let list = (object.json["oneOf"] ?? object.json["anyOf"] ?? .null).list
        guard list.count == poll.options.count else { return nil }
        var votes: [Int] = []
        for (item, option) in zip(list, poll.options) {
            guard item["name"]?.string == option.text, let number = item["replies"]?["totalItems"]?.int,
                let number = Int(exactly: number)
            else { return nil }
            votes.append(number)
        }
        guard let voters = object.json["votersCount"]?.int.flatMap({ Int(exactly: $0) }) else { return nil }
        return Tally(voters: voters, votes: votes)
    }

    private static func count(_ value: JSONValue?) -> Int {
        Int(min(max(value?.int ?? 0, 0), Int64(Poll.mostVoters)))
    }
}

/// Writes polls, votes and tallies.
struct PollOut {
    static let tallyType = "hallway:Tally"

    /// Makes a post's object a `Question`. Totals that are hidden until one has voted are in no document before the
    /// close: they go to the nodes of those who voted, as a tally (Spec/decisions/0021).
    static func add(_ poll: Poll, to json: inout JSONObject) {
        json["type"] = "Question"
        let isOpenToAll = !poll.hidesTotals || poll.isClosed
        json[poll.isMultiple ? "anyOf" : "oneOf"] = options(of: poll, withTotals: isOpenToAll)
        json["votersCount"] = .int(Int64(poll.voters))
        if let closesAt = poll.closesAt {
            json["endTime"] = .string(ASDate.preciseText(closesAt))
            if poll.isClosed { json["closed"] = .string(ASDate.preciseText(closesAt)) }
        }
        if poll.isAnonymous { json["hallway:anonymous"] = true }
        if poll.hidesTotals { json["hallway:hidesTotals"] = true }
    }

    /// A vote for one option, for the poll's author alone. It was cast before the poll closed, whenever it is sent.
    static func vote(
        for position: Int, in poll: Poll, of post: Post, by person: Actor, to author: Actor, at now: Date
    ) -> JSONValue? {
        guard poll.options.indices.contains(position) else { return nil }
        let published = min(now, poll.closesAt ?? now)
        return [
            "id": .string("\(person.uri)#votes/\(post.id)/\(position)"), "type": "Note",
            "attributedTo": .string(person.uri.string), "name": .string(poll.options[position].text),
            "inReplyTo": .string(post.uri.string), "to": [.string(author.uri.string)],
            "published": .string(ASDate.preciseText(published)),
        ]
    }

    /// How many of some people chose what, of none of them.
    static func tally(_ tally: Tally, of post: Post, _ poll: Poll, by speaker: Actor) -> JSONValue {
        var counted = poll
        for (position, votes) in tally.votes.enumerated() { counted.options[position].votes = votes }
        return [
            "type": .string(tallyType), "attributedTo": .string(speaker.uri.string),
            "inReplyTo": .string(post.uri.string), "votersCount": .int(Int64(tally.voters)),
            poll.isMultiple ? "anyOf" : "oneOf": options(of: counted, withTotals: true),
        ]
    }

    private static func options(of poll: Poll, withTotals: Bool) -> JSONValue {
        .array(
            poll.options.map { option in
                var json = JSONObject([("type", "Note"), ("name", .string(option.text))])
                if withTotals {
                    json["replies"] = ["type": "Collection", "totalItems": .int(Int64(option.votes))]
                }
                return .object(json)
            })
    }
}
