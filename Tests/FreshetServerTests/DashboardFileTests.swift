import FreshetServer
import Testing

@Suite struct DashboardFileTests {
    private static let scripts = DashboardFile.all.values.filter { $0.name.hasSuffix(".js") }
    private static func text(_ name: String) throws -> String {
        String(decoding: try #require(DashboardFile.all[name]).bytes, as: UTF8.self)
    }

    @Test func pageNamesOnlyFilesThatAreThere() throws {
        let page = try Self.text("index.html")
        let names = page.matches(of: /(?:href|src)="dashboard\/([^"]+)"/).map { String($0.1) }
        #expect(names.contains("app.js") && names.contains("dashboard.css"))
        for name in names { #expect(DashboardFile.all[name] != nil, "\(name) is missing") }
    }

    @Test(arguments: scripts.map(\.name).sorted())
    func scriptImportsOnlyWhatIsThere(name: String) throws {
        for imported in try Self.text(name).matches(of: /from "([^"]+)"/).map(\.1) {
            #expect(imported.hasPrefix("./") && DashboardFile.all[String(imported.dropFirst(2))] != nil, "\(imported)")
        }
    }

    @Test(arguments: scripts.map(\.name).sorted())
    func scriptMakesNoMarkupFromText(name: String) throws {
        let text = try Self.text(name)
        for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"] {
            #expect(!text.contains(way), "\(name) uses \(way)")
        }
    }

    @Test(arguments: DashboardFile.all.keys.sorted())
    func fileReachesNoOtherServer(name: String) throws {
        let addresses = try Self.text(name).matches(of: /(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^"'` )]*/).map {
            String($0.0)
        }
        #expect(addresses.allSatisfy { $0.hasPrefix("http://www.w3.org/") }, "\(addresses)")
    }

    @Test func pageHasNoInlineScriptOrStyle() throws {
        let page = try Self.text("index.html")
        #expect(!page.contains("<style") && page.firstMatch(of: #/ (?:style|on[a-z]+)="/#) == nil)
        #expect(page.matches(of: /<script/).count == page.matches(of: /<script type="module" src=/).count)
        #expect(!DashboardFile.contentSecurityPolicy.contains("unsafe"))
    }

    @Test func typesAndTagsAreSet() {
        for file in DashboardFile.all.values {
            #expect(file.contentType != "application/octet-stream", "\(file.name)")
            #expect(file.entityTag.hasPrefix("\"") && file.entityTag.count == 18)
        }
        #expect(Set(DashboardFile.all.values.map(\.entityTag)).count == DashboardFile.all.count)
    }
}
