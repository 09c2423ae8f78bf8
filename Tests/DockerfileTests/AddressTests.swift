import Testing

@testable import Dockerfile

@Suite struct GitAddressTests {
    /// What BuildKit makes of the same addresses: remote, reference, checksum, subdirectory, keep-git-dir, submodules, mtime,
    /// fetch-by-commit, and whether it looks like a local path; "no" for what is no repository, "error" for one that
    /// cannot be used.
    @Test(arguments: [
        ("https://h/r.git", "https://h/r.git||||-|-||false|false"),
        ("http://h:80/a/b.git#main:sub", "http://h:80/a/b.git|main||sub|-|-||false|false"),
        ("git://h/r#:sub", "git://h/r|||sub|-|-||false|false"),
        ("ssh://git@h:22/~u/r.git#x:../..", "ssh://git@h:22/~u/r.git|x|||-|-||false|false"),
        ("git@h:r.git#a:b:c", "git@h:r.git|a||b:c|-|-||false|false"),
        ("git@h.x:a/b?tag=v1", "git@h.x:a/b|refs/tags/v1|||-|-||false|false"),
        ("github.com/a/b#main", "https://github.com/a/b|main|||-|-||false|true"),
        ("github.com/a/b.git?branch=b", "https://github.com/a/b.git|refs/heads/b|||-|-||false|true"),
        ("https://h/r", "no"),
        ("https://h/r.git/", "no"),
        ("HTTPS://h/R.git", "https://h/R.git||||-|-||false|false"),
        ("Git://h/x", "git://h/x||||-|-||false|false"),
        ("ftp://h/r.git", "no"),
        ("file:///r.git", "no"),
        ("user-x_1@h-1.x:path/to/../r.git", "user-x_1@h-1.x:path/to/../r.git||||-|-||false|false"),
        ("bad:user@h:r.git", "no"),
        ("./a@b:c", "no"),
        ("../a", "no"),
        ("https:///r.git", "https:///r.git||||-|-||false|false"),
        ("https://h/a b.git", "https://h/a%20b.git||||-|-||false|false"),
        ("https://h/ü.git", "https://h/%C3%BC.git||||-|-||false|false"),
        ("https://h/a%20b.git", "https://h/a%20b.git||||-|-||false|false"),
        ("https://h/a%2Fb.git", "https://h/a%2Fb.git||||-|-||false|false"),
        ("https://h/%zz.git", "no"),
        ("https://h/r.git?", "https://h/r.git?||||-|-||false|false"),
        ("git@h:r?", "git@h:r||||-|-||false|false"),
        ("https://[::1]:80/r.git", "https://[::1]:80/r.git||||-|-||false|false"),
        ("https://[::1/r.git", "no"),
        ("https://h:x/r.git", "no"),
        ("https://h:/r.git", "https://h:/r.git||||-|-||false|false"),
        ("https://u@v@h/r.git", "https://u%40v@h/r.git||||-|-||false|false"),
        ("https://u%40:p%3A@h/r.git", "https://u%40:p%3A@h/r.git||||-|-||false|false"),
        ("https://h%41/r.git", "no"),
        ("https://h|x/r.git", "no"),
        ("http:h/r.git", "no"),
        ("1http://h/r.git", "no"),
        ("a/b", "no"),
        ("", "no"),
        ("git@h", "no"),
        ("git@h:", "git@h:||||-|-||false|false"),
        ("-o@h:x", "-o@h:x||||-|-||false|false"),
        ("https://h/[x].git", "https://h/[x].git||||-|-||false|false"),
        ("https://h/a\"b<c>.git", "https://h/a%22b%3Cc%3E.git||||-|-||false|false"),
        ("https://h/r.git%23x", "no"),
        ("github.com/", "https://github.com/||||-|-||false|true"),
        ("git://", "git:||||-|-||false|false"),
        ("https://h\\x/r.git", "no"),
        ("https://h/r.git\u{1}", "no"),
        ("git@h:a\nb", "no"),
        ("https://h/a^b`{c}.git", "https://h/a%5Eb%60%7Bc%7D.git||||-|-||false|false"),
        ("https://us[er@h/r.git", "no"),
        ("https://h/%41.git", "https://h/%41.git||||-|-||false|false"),
        ("https://h/r%2egit", "https://h/r%2egit||||-|-||false|false"),
        ("http://[fe80::1%25en0]/r.git", "http://[fe80::1%25en0]/r.git||||-|-||false|false"),
        ("https://h:80:90/r.git", "no"),
        ("https://h/r.git#", "https://h/r.git||||-|-||false|false"),
        ("https://h/r.git#%41:%42", "https://h/r.git|A||B|-|-||false|false"),
        ("https://h/r.git#%zz", "no"),
        ("https://h/r.git##", "https://h/r.git|#|||-|-||false|false"),
        ("https://h/r.git#a?b=c", "https://h/r.git|a?b=c|||-|-||false|false"),
        ("https://h/r.git#x:a//b/./c", "https://h/r.git|x||a/b/c|-|-||false|false"),
        ("https://h/r.git?tag=refs/tags/v1", "https://h/r.git|refs/tags/v1|||-|-||false|false"),
        ("https://h/r.git?tag=a&branch=b", "error"),
        ("https://h/r.git?ref=a&tag=a", "error"),
        ("https://h/r.git?subdir=/s/", "https://h/r.git|||/s/|-|-||false|false"),
        ("https://h/r.git?checksum=a&commit=a", "https://h/r.git||a||-|-||false|false"),
        ("https://h/r.git?keep-git-dir", "https://h/r.git||||true|-||false|false"),
        ("https://h/r.git?keep-git-dir=no", "error"),
        ("https://h/r.git?submodules=0", "https://h/r.git||||-|false||false|false"),
        ("https://h/r.git?mtime=commit", "https://h/r.git||||-|-|commit|false|false"),
        ("https://h/r.git?mtime=x", "error"),
        ("https://h/r.git?mtime", "error"),
        ("https://h/r.git?fetch-by-commit", "https://h/r.git||||-|-||true|false"),
        ("https://h/r.git?foo=1", "error"),
        ("https://h/r.git?ref=", "error"),
        ("https://h/r.git?ref=a&ref=a", "error"),
        ("https://h/r.git?a;b=c", "https://h/r.git||||-|-||false|false"),
        ("https://h/r.git?ref=%zz", "https://h/r.git||||-|-||false|false"),
        ("https://h/r.git?ref=a+b", "https://h/r.git|a b|||-|-||false|false"),
        ("https://h/r.git?=x", "error"),
        ("https://h/r.git?ref=main&subdir=sub", "https://h/r.git|main||sub|-|-||false|false"),
        ("https://h/r.git?ref=a?b", "https://h/r.git|a?b|||-|-||false|false"),
        ("git@h:r.git#", "git@h:r.git||||-|-||false|false"),
        ("git@h:r.git#%41:%42", "git@h:r.git|%41||%42|-|-||false|false"),
        ("git@h:r.git#%zz", "git@h:r.git|%zz|||-|-||false|false"),
        ("git@h:r.git##", "git@h:r.git|#|||-|-||false|false"),
        ("git@h:r.git#a?b=c", "git@h:r.git|a?b=c|||-|-||false|false"),
        ("git@h:r.git#x:a//b/./c", "git@h:r.git|x||a/b/c|-|-||false|false"),
        ("git@h:r.git?tag=refs/tags/v1", "git@h:r.git|refs/tags/v1|||-|-||false|false"),
        ("git@h:r.git?tag=a&branch=b", "error"),
        ("git@h:r.git?ref=a&tag=a", "error"),
        ("git@h:r.git?subdir=/s/", "git@h:r.git|||/s/|-|-||false|false"),
        ("git@h:r.git?checksum=a&commit=a", "git@h:r.git||a||-|-||false|false"),
        ("git@h:r.git?keep-git-dir", "git@h:r.git||||true|-||false|false"),
        ("git@h:r.git?keep-git-dir=no", "error"),
        ("git@h:r.git?submodules=0", "git@h:r.git||||-|false||false|false"),
        ("git@h:r.git?mtime=commit", "git@h:r.git||||-|-|commit|false|false"),
        ("git@h:r.git?mtime=x", "error"),
        ("git@h:r.git?mtime", "error"),
        ("git@h:r.git?fetch-by-commit", "git@h:r.git||||-|-||true|false"),
        ("git@h:r.git?foo=1", "error"),
        ("git@h:r.git?ref=", "error"),
        ("git@h:r.git?ref=a&ref=a", "error"),
        ("git@h:r.git?a;b=c", "no"),
        ("git@h:r.git?ref=%zz", "no"),
        ("git@h:r.git?ref=a+b", "git@h:r.git|a b|||-|-||false|false"),
        ("git@h:r.git?=x", "error"),
        ("git@h:r.git?ref=main&subdir=sub", "git@h:r.git|main||sub|-|-||false|false"),
        ("git@h:r.git?ref=a?b", "git@h:r.git|a?b|||-|-||false|false"),
    ])
    func readsAsBuildKitDoes(text: String, expected: String) {
        func shown(_ flag: Bool?) -> String { flag.map { "\($0)" } ?? "-" }
        var found = "no"
        do throws(GitAddress.Failure) {
            if let address = try GitAddress(parsing: text) {
                found = [
                    address.remote, address.reference ?? "", address.checksum ?? "", address.subdirectory ?? "",
                    shown(address.keepsGitDirectory), shown(address.fetchesSubmodules),
                    address.modificationTimes?.rawValue ?? "", "\(address.fetchesByCommit)", "\(address.looksLocal)",
                ].joined(separator: "|")
            }
        } catch {
            found = "error"
        }
        #expect(found == expected)
        #expect(GitAddress.isAddress(text) == (expected != "no"))
    }

    @Test(arguments: [
        ("https://u:s3cret@h/r.git#main:a", "https://h/r.git#main:a"), ("git@h:r.git", "git@h:r.git"),
        ("ssh://git@h/r#:a", "ssh://h/r#:a"),
    ])
    func hidesThePassword(text: String, shown: String) throws {
        #expect(try GitAddress(parsing: text)?.redacted == shown)
    }

    @Test(arguments: [("https://u@h:8/r.git", "h:8"), ("https://h/r.git", "h"), ("git@h:r.git", nil)])
    func namesTheHost(text: String, host: String?) throws {
        #expect(try GitAddress(parsing: text)?.host == host)
    }
}

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://h/a/b.txt", "b.txt"), ("https://h/", "__unnamed__"), ("https://h", "__unnamed__"),
        ("https://h/a/", "a"),
        ("https://h/a%20b", "a b"), ("https://h/a%2Fb", "b"), ("https://h/%zz", "__unnamed__"),
        ("https://h/a?x=/y", "a"),
        ("https://h/a#/b", "a"), ("https://h/.", "__unnamed__"), ("https://h/..", "download"),
        ("http://h//", "__unnamed__"),
        ("https://h/a%0Ab", "download"), ("https://h/%2E%2E", "download"), ("https://h/%00", "download"),
        ("https://h/%20", "download"), ("https://h/ü", "ü"),
    ])
    func namesTheFile(text: String, name: String) { #expect(WebAddress.fileName(of: text) == name) }

    @Test(arguments: [
        ("https://u:p@h/a?b#c", "https://h/a"), ("http://h", "http://h"), ("https://u@v@h:1/@x", "https://h:1/@x"),
        ("no url", "no url"), ("", ""), ("http:", "http:"), ("http://", "http://"), ("https://h?u:p@x/", "https://h"),
    ])
    func hidesWhatIsSecret(text: String, shown: String) { #expect(WebAddress.redacted(text) == shown) }

    @Test(arguments: [
        ("https://h/a", true), ("http://h", true), ("https://h/r.git", false), ("HTTP://h/a", false),
        ("ftp://h/a", false),
        ("git@h:a", false), ("a", false), ("", false),
    ])
    func tellsFilesFromRepositories(text: String, isFile: Bool) { #expect(WebAddress.isAddress(text) == isFile) }

    @Test(arguments: [
        ("https://u@h:80/a", "h"), ("http://[::1]:8/", "::1"), ("http://h", "h"), ("http://h:", "h"),
        ("http://[/", nil),
    ])
    func namesTheHost(text: String, host: String?) { #expect(WebAddress.host(of: text) == host) }
}
