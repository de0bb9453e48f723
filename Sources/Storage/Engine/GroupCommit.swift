/// Many callers' writes in one transaction: durability without an fsync for each (DESIGN §6).
struct GroupCommit<Engine: Writer> {
    let writer: Engine

    /// Runs the batch and tells every caller what became of its write.
    ///
    /// - Returns: nil, or why no transaction could even begin: then whoever else waits need not try either.
    func run(_ batch: [WriteJob]) -> (any Error)? {
        var hasBegun = false
        do {
            let resumes = try attempt(batch) { hasBegun = true }
            for resume in resumes { resume() }
        } catch  where !hasBegun {
            for job in batch { job.fail(error) }
            return error
        } catch let error as StorageError where error.isUnavailable {
            // Perhaps it was lost in the commit, so what is written must not be written again.
            for job in batch { job.fail(error) }
        } catch {
            // Somebody's body threw: now each gets a savepoint of its own, so that only the culprit is undone.
            if batch.count == 1 { batch[0].fail(error) } else { runSeparately(batch) }
        }
        return nil
    }

    private func attempt(_ batch: [WriteJob], begun: () -> Void) throws -> [@Sendable () -> Void] {
        var resumes: [@Sendable () -> Void] = []
        try writer.inTransaction { transaction in
            begun()
            resumes = try batch.map { try $0.attempt(transaction) }
        }
        return resumes
    }

    private func runSeparately(_ batch: [WriteJob]) {
        var kept: [(job: WriteJob, resume: @Sendable () -> Void)] = []
        var undone: [(job: WriteJob, error: any Error)] = []
        do {
            try writer.inTransaction { transaction in
                (kept, undone) = ([], [])
                for job in batch {
                    do {
                        var resume: @Sendable () -> Void = {}
                        try writer.inSavepoint { resume = try job.attempt($0) }
                        kept.append((job, resume))
                    } catch let error as StorageError where error.isUnavailable {
                        throw error
                    } catch {
                        undone.append((job, error))
                    }
                }
            }
            for (_, resume) in kept { resume() }
            for (job, error) in undone { job.fail(error) }
        } catch {
            for job in batch { job.fail(error) }
        }
    }
}
