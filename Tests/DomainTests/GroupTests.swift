import Domain
import Foundation
import Support
import Testing

@Suite("Group")
struct GroupTests {
    let group = ActorID(1)

    func member(_ role: Membership.Role, _ state: Membership.State = .member) throws -> Membership {
        Membership(
            group: group, person: ActorID(Int64(role.rawValue) + 10), role: role, state: state,
            uri: try theURI("https://oslo.example/activities/1"), createdAt: Date(timeIntervalSince1970: 0))
    }

    @Test("who may begin a thread, by role and by the group's choice")
    func beginning() throws {
        for posting in Group.Posting.allCases {
            var group = Group(actor: group, kind: .closed)
            group.posting = posting
            for role in Membership.Role.allCases {
                let mayBegin = (try? group.admits(member(role), answering: false)) != nil
                #expect(mayBegin == (role >= (posting == .members ? .member : .moderator)))
                #expect((try? group.admits(member(role), answering: true)) != nil)
            }
        }
    }

    @Test("nobody but members writes; of a secret group others learn nothing", arguments: Group.Kind.allCases)
    func outside(kind: Group.Kind) throws {
        let group = Group(actor: group, kind: kind)
        let states: [Membership?] = [nil] + (try [.asked, .invited, .banned].map { try member(.member, $0) })
        for state in states {
            let thrown = #expect(throws: Refusal.self) { try group.admits(state, answering: true) }
            #expect((thrown == .notFound("Record")) == (kind == .secret))
        }
    }

    @Test("moderators decide about those below them, members about nobody")
    func deciding() throws {
        for role in Membership.Role.allCases {
            for other in Membership.Role.allCases {
                let own = try member(role)
                let may = (try? own.mayDecide(about: member(other))) != nil
                #expect(may == (role >= .moderator && other < role), "\(role) about \(other)")
                let mayAny = (try? own.mayDecide(about: nil)) != nil
                #expect(mayAny == (role >= .moderator))
            }
        }
        let banned = try member(.owner, .banned)
        #expect(throws: Refusal.self) { try banned.mayDecide(about: nil) }
    }

    @Test("a rule names a department, an office or both, and matches in any case")
    func rule() throws {
        var person = Actor(
            id: ActorID(5), uri: try theURI("https://lima.example/actors/5"), kind: .person, name: "carmen",
            host: "lima.example", endpoints: .init(inbox: try theURI("https://lima.example/inbox")),
            createdAt: Date(timeIntervalSince1970: 0))
        (person.work.department, person.work.office) = ("Sales", "Lima")
        #expect(Group.Rule(department: "sales", office: "LIMA").matches(person))
        #expect(Group.Rule(department: "", office: "Lima").matches(person))
        #expect(!Group.Rule(department: "Sales", office: "Oslo").matches(person))
        person.state = .left
        #expect(!Group.Rule(department: "sales", office: "").matches(person))
        var group = Group(actor: group, kind: .open)
        group.rule = Group.Rule(department: "", office: "")
        #expect(throws: Refusal.self) { try group.check() }
        group.rule = nil
        group.rules = String(repeating: "x", count: 1001)
        #expect(throws: Refusal.self) { try group.check() }
    }
}
