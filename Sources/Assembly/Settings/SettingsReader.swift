import Domain
import FoundationEssentials
import JSON

extension Settings {
    /// Reads the file, if any, and the environment, which wins.
    ///
    /// - Throws: ``SettingsFault`` for what is missing, unknown or malformed.
    public init(file: String?, environment: [String: String]) throws(SettingsFault) {
        var values = try file.map(Self.read) ?? [:]
        for entry in SettingsTable.entries {
            if let value = environment[entry.variable] { values[entry.name] = value }
        }
        try self.init(values)
    }

    private init(_ values: [String: String]) throws(SettingsFault) {
        guard let base = values["baseURL"], !base.isEmpty else {
            throw SettingsFault(
                "baseURL is missing: set HALLWAY_BASE_URL, or \"baseURL\" in the settings file, to this node's public "
                    + "address")
        }
        guard let uri = ObjectURI(base), uri.pathAndQuery == "/" else {
            throw SettingsFault("baseURL \"\(base)\" is not an address such as https://oslo.example")
        }
        baseURL = uri
        (listenHost, listenPort) = try Self.listen(values["listen"] ?? "127.0.0.1:8080")
        dataFolder = values["dataFolder"] ?? "hallway-data"
        database = try Self.database(values["database"], folder: dataFolder)
        federation = try Self.choice("federation", values, FederationPolicy.organisation) {
            FederationPolicy(rawValue: $0)
        }
        directoryURL = try values["directoryURL"].flatMap { $0.isEmpty ? nil : $0 }.map {
            text throws(SettingsFault) in
            guard let uri = ObjectURI(text) else {
                throw SettingsFault("directoryURL \"\(text)\" is not an http(s) address")
            }
            return uri
        }
        invitation = values["invitation"].flatMap { $0.isEmpty ? nil : $0 }
        nodeName = values["nodeName"] ?? uri.host
        entity = values["entity"] ?? "organisation"
        organisationDomain = values["organisationDomain"] ?? uri.host
        acceptsRegistrations = try Self.choice("registration", values, false) {
            ["closed": false, "open": true][$0]
        }
        extraCAFile = values["extraCAFile"].flatMap { $0.isEmpty ? nil : $0 }
        allowedPeerRanges = try Self.ranges("allowedPeerRanges", values).map(\.range)
        trustedProxies = try Self.ranges("trustedProxies", values, "127.0.0.0/8, ::1").map(\.range)
        addressRanges = try Self.ranges("addressRanges", values).map(\.text)
        allowsInsecurePeers = try Self.choice("allowInsecurePeers", values, false) {
            ["true": true, "false": false][$0]
        }
        limitsRates = try Self.choice("rateLimits", values, true) { ["on": true, "off": false][$0] }
        namesReaders = try Self.choice("acknowledgementNames", values, false) {
            ["never": false, "author": true][$0]
        }
        logLevel = try Self.choice("logLevel", values, "info") { level in
            ["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(level) ? level : nil
        }
        contactEmail = values["contactEmail"] ?? "admin@\(uri.host)"
        if let server = values["mailServer"], !server.isEmpty {
            mailServer = try MailServer(server, from: values["mailFrom"] ?? "hallway@\(uri.host)")
        }
        recognition = try Self.recognition(values)
        ranksPeople = try Self.choice("gamification", values, true) { ["true": true, "false": false][$0] }
        reactions = try Self.emoji(values["reactions"])
    }

    private static func recognition(_ values: [String: String]) throws(SettingsFault) -> RecognitionRules {
        var rules = RecognitionRules()
        if let text = values["recognitionValues"], !text.isEmpty {
            rules.values = text.split(separator: ",")
                .map { $0.trimmingPrefix(while: \.isWhitespace).description }.filter { !$0.isEmpty }
        }
        guard (1...100).contains(rules.values.count),
            rules.values.allSatisfy({ $0.count <= Recognition.valueLimit })
        else {
            throw SettingsFault(
                "recognitionValues must be 1 to 100 words, separated by commas, of at most "
                    + "\(Recognition.valueLimit) characters each")
        }
        rules.allowance = try choice("recognitionAllowance", values, rules.allowance) { text in
            Int(text).flatMap { (0...Recognition.allowanceLimit).contains($0) ? $0 : nil }
        }
        return rules
    }

    private static func read(_ path: String) throws(SettingsFault) -> [String: String] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw SettingsFault(
                "the settings file \(path) cannot be read: check that it exists and is yours to read")
        }
        guard let object = (try? JSONParser.parse(Array(data)))?.object else {
            throw SettingsFault(
                "the settings file \(path) is not a JSON object such as {\"baseURL\": \"https://…\"}")
        }
        var values: [String: String] = [:]
        for (name, value) in object.members {
            guard SettingsTable.entries.contains(where: { $0.name == name }) else {
                throw SettingsFault(
                    "the settings file \(path) names \"\(name)\", which is no setting\(hint(for: name)); "
                        + "`hallway settings` lists them all")
            }
            switch value {
            case .string(let text): values[name] = text
            case .bool(let truth): values[name] = truth ? "true" : "false"
            case .int(let number): values[name] = String(number)
            case .array(let items): values[name] = items.compactMap(\.string).joined(separator: ",")
            case .null, .double, .object:
                throw SettingsFault("\"\(name)\" in the settings file \(path) has a value of the wrong kind")
            }
        }
        return values
    }

    private static func hint(for name: String) -> String {
        let near = SettingsTable.entries.first { $0.name.lowercased() == name.lowercased() }
        return near.map { " (did you mean \"\($0.name)\"?)" } ?? ""
    }

    private static func listen(_ text: String) throws(SettingsFault) -> (String, Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), (1...65535).contains(port) else {
            throw SettingsFault("listen \"\(text)\" is not an address and port such as 127.0.0.1:8080")
        }
        return (parts[0].isEmpty ? "0.0.0.0" : String(parts[0]), port)
    }

    static func database(_ text: String?, folder: String) throws(SettingsFault) -> DatabaseAddress {
        guard let text, !text.isEmpty else { return .sqlite(path: "\(folder)/hallway.sqlite") }
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") { return .postgres(url: text) }
        guard text.hasPrefix("sqlite:"), text.count > 7 else {
            throw SettingsFault(
                "database is neither sqlite:PATH nor postgres://PERSON:PASSWORD@HOST/DATABASE")
        }
        return .sqlite(path: String(text.dropFirst(7)))
    }

    private static func emoji(_ text: String?) throws(SettingsFault) -> [String] {
        guard let text else { return Reaction.usual }
        let emoji = text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        if let odd = emoji.first(where: { !Reaction.isEmoji($0) }) {
            throw SettingsFault("reactions names \"\(odd)\", which is not one emoji")
        }
        guard emoji.count <= 12 else { throw SettingsFault("reactions names more than 12 emoji") }
        return emoji
    }

    private static func ranges(
        _ name: String, _ values: [String: String], _ fallback: String = ""
    ) throws(SettingsFault) -> [(text: String, range: AddressRange)] {
        var ranges: [(String, AddressRange)] = []
        for part in (values[name] ?? fallback).split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let range = AddressRange(String(part)) else {
                throw SettingsFault("\(name) names \"\(part)\", which is no range such as 10.1.0.0/16")
            }
            ranges.append((String(part), range))
        }
        return ranges
    }

    private static func choice<Value>(
        _ name: String, _ values: [String: String], _ fallback: Value, _ read: (String) -> Value?
    ) throws(SettingsFault) -> Value {
        guard let text = values[name], !text.isEmpty else { return fallback }
        guard let value = read(text) else {
            let meaning = SettingsTable.entries.first { $0.name == name }?.meaning ?? ""
            throw SettingsFault("\(name) \"\(text)\" is not one of its values: \(meaning)")
        }
        return value
    }
}
