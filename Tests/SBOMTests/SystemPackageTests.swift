import Testing

@testable import SBOM

struct SystemPackageTests {
    static let debian = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
    static let fedora = "ID=fedora\nVERSION_ID=40\nNAME='Fedora Linux'\n"

    @Test func dpkgListsWhatIsInstalled() throws {
        let status = """
            Package: libstdc++6
            Status: install ok installed
            Architecture: amd64
            Source: gcc-12 (12.2.0-14)
            Version: 12.2.0-14+deb12u1
            Maintainer: Debian GCC <gcc@example.org>
            Description: library
             Package: not-a-package
             .
             more
            Provides: virtual-library (= 1)

            Package: gone
            Status: deinstall ok config-files
            Version: 1

            Package: shop
            Status: install ok installed
            Architecture: all
            Version: 1:2.0~rc1-3
            Pre-Depends: nothing
            Depends: virtual-library | other, libstdc++6:any (>= 12), shop

            """
        let copyright =
            "Files: *\nLicense: GPL-3+ with exception\n see /usr/share/common-licenses/GPL-3.\nLicense: none\n"
        let bill = try Fixture.scan([
            "/etc/os-release": Self.debian, "/var/lib/dpkg/status": status,
            "/usr/share/doc/libstdc++6/copyright": copyright,
        ])
        #expect(
            bill.lines == [
                "deb libstdc++6 12.2.0-14+deb12u1 pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1"
                    + "?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14",
                "deb shop 1:2.0~rc1-3 pkg:deb/debian/shop@1:2.0~rc1-3?arch=all&distro=debian-12",
            ])
        #expect(bill.needs == ["shop > libstdc++6"])
        #expect(bill.licenses(of: "libstdc++6") == ["GPL-3", "GPL-3+"])
        #expect(bill.packages[0].supplier == "Debian GCC <gcc@example.org>")
        #expect(bill.problems.isEmpty)
    }

    @Test func distrolessHasAFileForEachPackage() throws {
        let bill = try Fixture.scan([
            "/usr/lib/os-release": Self.debian, "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2026a\n",
            "/var/lib/dpkg/status.d/base": "Package: base\nVersion: 1\n",
            "/var/lib/dpkg/status.d/base.md5sums": "Package: no\nVersion: 1\n",
        ])
        #expect(bill.packages.map(\.name) == ["base", "tzdata"])
        #expect(bill.packages[1].locations.map(\.path) == ["/var/lib/dpkg/status.d/tzdata"])
    }

    @Test(arguments: ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"])
    func apkListsItsDatabase(_ path: String) throws {
        let database = """
            C:Q1x
            P:musl
            V:1.2.4-r2
            A:x86_64
            L:MIT
            o:musl
            p:so:libc.musl-x86_64.so.1=1
            F:lib
            R:ld.so

            P:busybox-binsh
            V:1.36.1-r15
            A:x86_64
            L:GPL-2.0-only custom
            o:busybox
            D:so:libc.musl-x86_64.so.1 !uclibc
            """
        let bill = try Fixture.scan([path: database, "/etc/os-release": "ID=alpine\nVERSION_ID=3.19.1\n"])
        #expect(
            bill.lines == [
                "apk busybox-binsh 1.36.1-r15 pkg:apk/alpine/busybox-binsh@1.36.1-r15"
                    + "?arch=x86_64&distro=alpine-3.19.1&upstream=busybox",
                "apk musl 1.2.4-r2 pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1",
            ])
        #expect(bill.licenses(of: "busybox-binsh") == ["GPL-2.0-only", "custom"])
        #expect(bill.needs == ["busybox-binsh > musl"])
    }

    @Test(arguments: [
        ("/var/lib/rpm/rpmdb.sqlite", Fixture.sqlite(Fixture.rpmTable)),
        ("/usr/lib/sysimage/rpm/Packages.db", Fixture.ndb()),
        ("/var/lib/rpm/Packages", Fixture.berkeley()),
    ])
    func rpmListsEachFormOfItsDatabase(_ path: String, _ database: [UInt8]) throws {
        let bill = try Fixture.scan([path: database, "/etc/os-release": Array(Self.fedora.utf8)])
        #expect(bill.problems.isEmpty)
        #expect(
            bill.lines == [
                "rpm bash 5.2-1.fc40 pkg:rpm/fedora/bash@5.2-1.fc40?arch=x86_64&distro=fedora-40&upstream=bash-src.rpm",
                "rpm ncurses 3:6.4-1.fc40 pkg:rpm/fedora/ncurses@6.4-1.fc40"
                    + "?arch=x86_64&distro=fedora-40&epoch=3&upstream=ncurses-src.rpm",
            ])
        #expect(bill.needs == ["bash > ncurses"])
        #expect(bill.licenses(of: "bash") == ["MIT"])
    }

    @Test(arguments: [
        ("ID=debian\nVERSION_ID=\"12\"\n", "debian-12"), ("ID='arch'\nBUILD_ID=rolling", "arch-rolling"),
        ("# ID=no\nID = \"a\\\"b\"\n", "a\"b"), ("NAME=Nameless\n", ""), ("VERSION_ID=1\n", nil), ("", nil),
    ])
    func readsTheDistribution(_ text: String, _ qualifier: String?) {
        #expect(Distribution(parsing: Array(text.utf8))?.qualifier == qualifier)
    }
}
