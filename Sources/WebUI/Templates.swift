import Markup
import Mustache

/// Text in a page. The library's own looks at characters, and a mark that combines with a quotation mark makes another
/// character of it, which a browser does not see.
private struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { text.escapedHTML }
}

/// The pages' templates, which travel inside the program.
struct Templates: Sendable {
    /// Parsed when the first page is asked for: a node that nobody visits by browser never pays for them.
    private static let library = Result { try parsed() }

    /// Renders a template with what it asks for; text is escaped unless the template says that it is HTML.
    func render(_ name: String, _ values: [String: Any]) -> String {
        (try? Self.library.get())?.render(values, withTemplate: name) ?? ""
    }

    /// - Throws: what is wrong with a template that is not well formed, in which case no page can be shown; a test asks.
    static func check() throws { _ = try library.get() }

    private static func parsed() throws -> MustacheLibrary {
        MustacheContentTypes.register(PageText(), named: "PAGE")
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in sources {
            let text = String(decoding: bytes, as: UTF8.self)
            templates[name] = try MustacheTemplate(string: "{{% CONTENT_TYPE:PAGE}}\(text)")
        }
        return MustacheLibrary(templates: templates)
    }

    private static let sources: [(String, [UInt8])] = [
        ("layout", PackageResources.layout_mustache), ("post", PackageResources.post_mustache),
        ("colleague", PackageResources.colleague_mustache), ("composer", PackageResources.composer_mustache),
        ("once", PackageResources.once_mustache), ("write", PackageResources.write_mustache),
        ("home", PackageResources.home_mustache), ("thread", PackageResources.thread_mustache),
        ("edit", PackageResources.edit_mustache), ("profile", PackageResources.profile_mustache),
        ("search", PackageResources.search_mustache), ("habits", PackageResources.habits_mustache),
        ("stop", PackageResources.stop_mustache),
        ("people", PackageResources.people_mustache),
        ("notifications", PackageResources.notifications_mustache),
        ("settings", PackageResources.settings_mustache), ("sign_in", PackageResources.sign_in_mustache),
        ("sign_up", PackageResources.sign_up_mustache), ("authorise", PackageResources.authorise_mustache),
        ("code", PackageResources.code_mustache),
        ("problem", PackageResources.problem_mustache),
        ("poll_totals", PackageResources.poll_totals_mustache),
        ("new_poll", PackageResources.new_poll_mustache),
        ("new_survey", PackageResources.new_survey_mustache),
        ("survey", PackageResources.survey_mustache),
        ("poll", PackageResources.poll_mustache), ("recognition", PackageResources.recognition_mustache),
        ("question", PackageResources.question_mustache), ("answer", PackageResources.answer_mustache),
        ("questions", PackageResources.questions_mustache),
        ("quote", PackageResources.quote_mustache),
        ("new_quote", PackageResources.new_quote_mustache),
        ("drafts", PackageResources.drafts_mustache),
        ("people_list", PackageResources.people_list_mustache),
        ("people_lists", PackageResources.people_lists_mustache),
        ("people_list_form", PackageResources.people_list_form_mustache),
        ("people_list_end", PackageResources.people_list_end_mustache),
        ("new_question", PackageResources.new_question_mustache),
        ("announcement", PackageResources.announcement_mustache),
        ("gathering", PackageResources.gathering_mustache),
        ("thanks", PackageResources.thanks_mustache),
        ("new_recognition", PackageResources.new_recognition_mustache),
        ("announcements", PackageResources.announcements_mustache),
        ("new_announcement", PackageResources.new_announcement_mustache),
        ("edit_announcement", PackageResources.edit_announcement_mustache),
        ("announcement_variants", PackageResources.announcement_variants_mustache),
        ("progress", PackageResources.progress_mustache), ("offsets", PackageResources.offsets_mustache),
        ("clock", PackageResources.clock_mustache),
        ("events", PackageResources.events_mustache), ("new_event", PackageResources.new_event_mustache),
        ("calendar", PackageResources.calendar_mustache),
        ("leaderboard", PackageResources.leaderboard_mustache),
        ("milestones", PackageResources.milestones_mustache),
        ("groups", PackageResources.groups_mustache), ("group", PackageResources.group_mustache),
        ("group_row", PackageResources.group_row_mustache),
        ("group_form", PackageResources.group_form_mustache),
        ("group_new", PackageResources.group_new_mustache),
        ("guidelines", PackageResources.guidelines_mustache),
        ("away", PackageResources.away_mustache),
        ("knowledge", PackageResources.knowledge_mustache),
        ("article", PackageResources.article_mustache),
        ("new_knowledge", PackageResources.new_knowledge_mustache),
        ("knowledge_mark", PackageResources.knowledge_mark_mustache),
    ]
}
