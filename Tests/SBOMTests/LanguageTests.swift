import Testing

@testable import SBOM

struct LanguageTests {
    @Test func pythonNamesAreNormalised() throws {
        let site = "/usr/lib/python3/site-packages"
        let origin = #"{"url":"https://example.org/a.git","vcs_info":{"vcs":"git","commit_id":"abc"}}"#
        let bill = try Fixture.scan([
            "\(site)/My_Tool.dist-info/METADATA": "Name: My__Tool.x\nVersion: 1.0\nLicense: MIT\n\nName: body\n",
            "\(site)/My_Tool.dist-info/direct_url.json": origin,
            "\(site)/old.egg-info": "Metadata-Version: 1.0\nName: old\nVersion: 0.1\nLicense: UNKNOWN\n",
            "\(site)/dir.egg-info/PKG-INFO": "Name: dir\nVersion: 2\nLicense-Expression: BSD-3-Clause\nLicense: x\n",
            "\(site)/Python.egg-info": "Name: Python\nVersion: 2.7\n", "\(site)/empty.egg-info": "",
        ])
        #expect(
            bill.lines == [
                "python dir 2 pkg:pypi/dir@2",
                "python my-tool-x 1.0 pkg:pypi/my-tool-x@1.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fa.git%40abc",
                "python old 0.1 pkg:pypi/old@0.1",
            ])
        #expect(bill.packages.map(\.licenses) == [["BSD-3-Clause"], ["MIT"], []])
    }

    @Test func npmListsEveryNamedPackage() throws {
        let bill = try Fixture.scan([
            "/app/node_modules/@a/b/package.json": #"{"name":"@a/b","version":"1.0.0-rc.1","license":{"type":"ISC"}}"#,
            "/app/node_modules/c/package.json": #"{"name":"c","version":"2","licenses":[{"type":"MIT"},"X"]}"#,
            "/app/node_modules/d/node_modules/c/package.json": #"{"name":"c","version":"2"}"#,
            "/app/node_modules/e/package.json": #"{"type":"module"}"#,
            "/app/node_modules/f/package.json": "{",
        ])
        #expect(
            bill.lines == ["npm @a/b 1.0.0-rc.1 pkg:npm/%40a/b@1.0.0-rc.1", "npm c 2 pkg:npm/c@2"])
        #expect(bill.packages.map(\.licenses) == [["ISC"], ["MIT", "X"]])
        // Found twice, listed once.
        #expect(bill.packages[1].locations.count == 2)
        #expect(bill.problems.map(\.path) == ["/app/node_modules/f/package.json"])
    }

    @Test(arguments: [
        #"{"packages":[{"name":"a/b","version":"v1","license":["MIT"],"require":{"c/d/e":"*"}},{"name":"c/d/e"}]}"#,
        #"[{"name":"a/b","version":"v1","license":"MIT","require":{"c/d/e":"*"}},{"name":"c/d/e"}]"#,
    ])
    func composerOfBothGenerations(_ json: String) throws {
        let bill = try Fixture.scan(["/srv/vendor/composer/installed.json": json])
        #expect(bill.lines == ["php-composer a/b v1 pkg:composer/a/b@v1", "php-composer c/d/e  pkg:composer/c/d-e"])
        #expect(bill.licenses(of: "a/b") == ["MIT"])
        #expect(bill.needs == ["a/b > c/d/e"])
    }

    @Test func gemsAreReadFromTheirSpecifications() throws {
        let specification = """
            Gem::Specification.new do |s|
              s.name = "rack".freeze
              s.version = "2.2.4"
              s.required_ruby_version = Gem::Requirement.new(">= 2.3".freeze)
              s.licenses = ["MIT".freeze, "Ruby".freeze]
              s.add_dependency(%q<other>.freeze, ["= 1.0"])
            end
            """
        let bill = try Fixture.scan([
            "/var/lib/gems/specifications/rack-2.2.4.gemspec": specification,
            "/usr/share/rubygems/specifications/default/json.gemspec": "s.name='json'\ns.version = '2.6'\n",
            "/src/elsewhere.gemspec": specification, "/x/specifications/none.gemspec": "s.name = name\n",
        ])
        #expect(bill.lines == ["gem json 2.6 pkg:gem/json@2.6", "gem rack 2.2.4 pkg:gem/rack@2.2.4"])
        #expect(bill.licenses(of: "rack") == ["MIT", "Ruby"])
    }
}
