import Domain

/// One setting as `hallway settings` shows it.
public struct SettingEntry: Sendable {
    public let name: String
    public let meaning: String
    /// nil where there is none and the setting may be left out.
    public let fallback: String?
    public let isRequired: Bool

    init(_ name: String, _ meaning: String, fallback: String? = nil, isRequired: Bool = false) {
        self.name = name
        self.meaning = meaning
        self.fallback = fallback
        self.isRequired = isRequired
    }

    /// The same setting in the environment: `baseURL` is `HALLWAY_BASE_URL`.
    public var variable: String {
        var words = ""
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            let follows = index > 0 && letter.isUppercase
            let endsRun =
                follows && letters[index - 1].isUppercase && index + 1 < letters.count
                && letters[index + 1].isLowercase
            if follows, letters[index - 1].isLowercase || endsRun { words += "_" }
            words += letter.uppercased()
        }
        return "HALLWAY_\(words)"
    }
}

/// All settings, with meaning, unit and default.
public enum SettingsTable {
    public static let entries: [SettingEntry] = [
        SettingEntry(
            "baseURL", "public address of this node, such as https://oslo.example; never changes afterwards",
            isRequired: true),
        SettingEntry("listen", "address and port to listen on", fallback: "127.0.0.1:8080"),
        SettingEntry("dataFolder", "folder for the database and the master key", fallback: "hallway-data"),
        SettingEntry(
            "database",
            "sqlite:PATH, or postgres://PERSON:PASSWORD@HOST/DATABASE, which several processes may share",
            fallback: "sqlite:DATAFOLDER/hallway.sqlite"),
        SettingEntry(
            "federation", "organisation (only nodes on the directory's signed list) or open (any node)",
            fallback: "organisation"),
        SettingEntry("directoryURL", "address of the organisation's directory"),
        SettingEntry("invitation", "code from the directory's administrator, needed once, to enrol at start"),
        SettingEntry("nodeName", "what people call this office", fallback: "the host of baseURL"),
        SettingEntry("entity", "legal entity that this node belongs to", fallback: "the organisation"),
        SettingEntry(
            "organisationDomain", "host part of the organisation's handles (directory only)",
            fallback: "the host of baseURL"),
        SettingEntry(
            "registration", "closed or open: whether visitors may make themselves a login", fallback: "closed"
        ),
        SettingEntry(
            "extraCAFile", "PEM file with certificates to trust besides the system's, for outgoing https"),
        SettingEntry(
            "allowedPeerRanges",
            "address ranges (CIDR, comma-separated) that may be connected to besides public ones; loopback counts "
                + "only when it is named here"),
        SettingEntry(
            "addressRanges",
            "address ranges (CIDR, comma-separated) in which this node is reached, if they are not public: the directory "
                + "tells them to the other nodes"),
        SettingEntry(
            "trustedProxies",
            "address ranges (CIDR, comma-separated) of proxies in front of this node: visitors are counted by the address "
                + "that these name in X-Forwarded-For",
            fallback: "127.0.0.0/8, ::1"),
        SettingEntry(
            "allowInsecurePeers",
            "true or false: speak plain http with other nodes, for trials on one machine",
            fallback: "false"),
        SettingEntry("rateLimits", "on or off", fallback: "on"),
        SettingEntry(
            "acknowledgementNames",
            "never or author: whether the author of an announcement learns who acknowledged it, or only how many did",
            fallback: "never"),
        SettingEntry("logLevel", "trace, debug, info, notice, warning, error or critical", fallback: "info"),
        SettingEntry("contactEmail", "whom visitors may write to", fallback: "admin@ the host of baseURL"),
        SettingEntry(
            "mailServer",
            "where people's daily letters are handed over: smtp://PERSON:PASSWORD@HOST:587, or smtps://…; none are sent "
                + "without it"),
        SettingEntry(
            "mailFrom", "the address that letters come from", fallback: "hallway@ the host of baseURL"),
        SettingEntry(
            "recognitionValues",
            "the organisation's values for which people thank each other, comma-separated",
            fallback: RecognitionRules.usualValues.joined(separator: ", ")),
        SettingEntry(
            "recognitionAllowance",
            "points that each person may give in a calendar month (UTC), 0 to 1000; 0 for none",
            fallback: "100"),
        SettingEntry(
            "gamification",
            "true or false: whether there are badges, points and leaderboards; each person may opt out",
            fallback: "true"),
        SettingEntry(
            "reactions", "up to 12 emoji, comma-separated, that people may give posts beside the like",
            fallback: Reaction.usual.joined(separator: ",")),
    ]

    /// What `hallway settings` prints.
    public static var text: String {
        var lines = [
            "Every setting may stand in the file given by --settings (JSON: {\"baseURL\": \"https://…\"}) or in the "
                + "environment, which wins.", "",
        ]
        for entry in entries {
            let fallback =
                entry.isRequired ? "required" : entry.fallback.map { "default: \($0)" } ?? "no default"
            lines += ["\(entry.name)  (\(entry.variable))", "    \(entry.meaning)", "    \(fallback)", ""]
        }
        return lines.joined(separator: "\n")
    }
}
