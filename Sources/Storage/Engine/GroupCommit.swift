import GRDB

/// Many callers' writes in one transaction: durability without an fsync for each (DESIGN §6).
struct GroupCommit {
    let database: Database

    /// Runs the batch and tells every caller what became of its write.
    func run(_ batch: [WriteJob]) {
        do {
            let resumes = try attempt(batch)
            for resume in resumes { resume() }
        } catch {
            // Somebody's body threw: now each gets a savepoint of its own, so that only the culprit is undone.
            if batch.count == 1 { batch[0].fail(error) } else { runSeparately(batch) }
        }
    }

    private func attempt(_ batch: [WriteJob]) throws -> [@Sendable () -> Void] {
        try translating {
            var resumes: [@Sendable () -> Void] = []
            try database.inTransaction(.immediate) {
                for job in batch {
                    resumes.append(
                        try job.attempt(Transaction(connection: SQLiteConnection(database: database))))
                }
                return .commit
            }
            return resumes
        }
    }

    private func runSeparately(_ batch: [WriteJob]) {
        var resumes: [@Sendable () -> Void] = []
        var kept: [WriteJob] = []
        do {
            try translating {
                try database.inTransaction(.immediate) {
                    for job in batch {
                        do {
                            try database.inSavepoint {
                                let transaction = Transaction(
                                    connection: SQLiteConnection(database: database))
                                resumes.append(try job.attempt(transaction))
                                kept.append(job)
                                return .commit
                            }
                        } catch {
                            job.fail(error)
                        }
                    }
                    return .commit
                }
            }
            for resume in resumes { resume() }
        } catch {
            for job in kept { job.fail(error) }
        }
    }
}
