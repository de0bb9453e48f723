import JSON
import Storage

/// What each table of a backup held, as it stands in the file beside its database.
enum BackupList {
    static func write(_ sums: [String: TableSum]) -> JSONValue {
        let tables = sums.sorted { $0.key < $1.key }.map { name, sum in
            (
                name,
                ["rows": JSONValue(sum.rows), "sum": .string(String(sum.sum, radix: 16))] as JSONValue
            )
        }
        return ["release": .string(Release.version), "tables": .object(JSONObject(tables))]
    }

    /// nil for what is no such list.
    static func read(_ bytes: [UInt8]) -> [String: TableSum]? {
        guard let tables = (try? JSONParser.parse(bytes))?["tables"]?.object else { return nil }
        var sums: [String: TableSum] = [:]
        for (name, value) in tables.members {
            guard let rows = value["rows"]?.int,
                let sum = value["sum"]?.string.flatMap({ UInt64($0, radix: 16) })
            else { return nil }
            sums[name] = TableSum(rows: Int(rows), sum: sum)
        }
        return sums
    }
}
