import Markup
import Support
import Testing

@Suite("SafeHTML")
struct SafeHTMLTests {
    @Test(
        "harmless markup stays",
        arguments: [
            "<p>one<br>two</p>", "<ul><li>a</li><li>b</li></ul>",
            "<p><strong>bold</strong> &amp; <em>x</em></p>",
            "<blockquote><p>q</p></blockquote>", "<pre><code>a &lt; b</code></pre>", "words",
        ])
    func harmless(html: String) {
        #expect(SafeHTML.sanitise(html) == html)
    }

    @Test(
        "what could run or load is removed (N92)",
        arguments: [
            "<script>alert(1)</script>", "<p onclick=x>a</p>", "<a href=\"javascript:alert(1)\">a</a>",
            "<a href=\"java\tscript:alert(1)\">a</a>", "<a href=\"data:text/html,x\">a</a>",
            "<svg><script>x</script></svg>",
            "<math><mtext><img src=x onerror=y></mtext></math>", "<style>p{}</style>",
            "<iframe src=//x></iframe>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<!-- <img src=x> ",
            "<img src=x onerror=y>",
            "<template><script>x</script></template>", "<form action=x><input name=a></form>",
            "<base href=//x>",
            "<p style=\"background:url(x)\">a</p>", "<a href=\" &#14; javascript:alert(1)\">a</a>",
            "<plaintext><b>x",
            "<textarea></textarea><img src=x onerror=y>", "<object data=x></object>",
            "<meta http-equiv=refresh>",
        ])
    func hostile(html: String) {
        let safe = SafeHTML.sanitise(html).lowercased()
        for word in [
            "<script", "onclick", "onerror=", "javascript:", "data:", "<svg", "<math", "<style", "<iframe",
            "style=", "<img", "<form", "<base", "<meta", "<object", "<template", "<!--", "<noscript",
        ] {
            #expect(!safe.contains(word), "\(word) in \(safe)")
        }
        #expect(SafeHTML.sanitise(safe) == safe, "the output reads as itself")
    }

    @Test("links keep their address and lose their power")
    func links() {
        #expect(
            SafeHTML.sanitise(
                "<a href=\"https://x.example/?a=1&amp;b=2\" class=\"mention evil\" target=_top>x</a>")
                == "<a href=\"https://x.example/?a=1&amp;b=2\" class=\"mention\" rel=\"nofollow noopener noreferrer\" "
                + "target=\"_blank\">x</a>")
    }

    @Test("deep nesting is cut, not followed")
    func deep() {
        let html = String(repeating: "<b>", count: 50_000) + "x"
        #expect(SafeHTML.sanitise(html).utf8.count < 10_000)
    }

    @Test(
        "what fuzzing found reads as itself when it is sanitised",
        arguments: try Vectors.files(in: "fuzz/html"))
    func found(path: String) throws {
        let safe = SafeHTML.sanitise(try Vectors.text(path))
        #expect(SafeHTML.sanitise(safe) == safe)
    }

    @Test("a block where only words may stand gives way to a line break")
    func misplaced() {
        #expect(SafeHTML.sanitise("<p>a<x><p>b</p></x></p>") == "<p>a<br>b</p>")
        #expect(SafeHTML.sanitise("<li>a<x><li>b</li></x></li>") == "<li>a<br>b</li>")
        #expect(SafeHTML.sanitise("a\u{1}b") == "ab")
    }

    @Test("plain text keeps words and lines")
    func plain() {
        #expect(SafeHTML.plainText("<p>a<br>b</p><p>c &lt; d</p><script>x</script>") == "a\nb\n\nc < d")
    }
}

@Suite("WrittenText")
struct WrittenTextTests {
    @Test("a hashtag is of a hundred letters, whatever marks they carry", arguments: [1, 1000])
    func markedTag(marks: Int) {
        let word = "x" + String(repeating: "\u{301}", count: marks)
        #expect(WrittenText("#\(word)").hashtags.isEmpty == (marks > 1))
    }

    @Test("links, mentions and hashtags are found in words")
    func pieces() {
        let text = WrittenText(
            "Hi @ada@lima.example, see https://x.example/a(b). #Swift is #1 (mail me@x.example)")
        #expect(text.mentions == ["ada@lima.example"])
        #expect(text.hashtags == ["swift"])
        #expect(text.pieces.contains(.link("https://x.example/a(b)")))
    }

    @Test("what is typed is shown, never run")
    func escaped() {
        let html = WrittenText("<b>&\n\nhttps://x.example/\"onx=1").html(mention: { _ in nil }, tag: { $0 })
        #expect(html.hasPrefix("<p>&lt;b&gt;&amp;</p><p><a href=\"https://x.example/\""))
        #expect(!html.contains("\"onx"))
    }
}
