import SystemPackage
import Testing

@testable import Archive

@Suite struct StreamTests {
    private struct Broken: Error {}

    private final class BrokenSource: ByteSource {
        var rest: Int

        init(after count: Int) { rest = count }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            if rest == 0 { throw Broken() }
            let count = min(rest, buffer.count)
            unsafe buffer[..<count].initializeMemory(as: UInt8.self, repeating: 7)
            rest -= count
            return count
        }
    }

    @Test(arguments: [0, 1, 262_144, 262_145, 3_000_000]) func readingAhead(size: Int) throws {
        let bytes = sample(size)
        #expect(try ReadAheadSource(MemorySource(bytes, chunk: 70_000)).readAll(limit: size) == bytes)
        let compressed = try compress(bytes, .gzip())
        let source = try ReadAheadSource(Decompressor.open(MemorySource(compressed)))
        #expect(try source.readAll(limit: size) == bytes)
        #expect(try source.read(upTo: 1) == [])
    }

    @Test func readingAheadPassesErrorsOnInTheirPlace() throws {
        let source = try ReadAheadSource(BrokenSource(after: 2_000_000))
        #expect(try source.read(upTo: 2_000_000) == [UInt8](repeating: 7, count: 2_000_000))
        #expect(throws: Broken.self) { try source.read(upTo: 1) }
        #expect(throws: Broken.self) { try source.read(upTo: 1) }
    }

    @Test func readingAheadMayStopHalfway() throws {
        for count in [0, 1, 300_000] {
            let source = try ReadAheadSource(MemorySource(sample(5_000_000)))
            #expect(try source.read(upTo: count).count == count)
        }
    }

    private final class BrokenSink: ByteSink {
        var room: Int

        init(room: Int) { self.room = room }

        func write(_ bytes: Span<UInt8>) throws {
            if bytes.count > room { throw Broken() }
            room -= bytes.count
        }

        func finish() throws {}
    }

    @Test(arguments: [0, 1, 262_144, 262_145, 524_288, 3_000_000], [1, 1000, 300_000])
    func writingBehind(size: Int, piece: Int) throws {
        let bytes = sample(size)
        let target = MemorySink()
        let sink = WriteBehindSink(to: target)
        for start in stride(from: 0, to: max(size, 1), by: max(piece, size / 1000)) {
            try sink.write(bytes.span.extracting(start..<min(size, start + max(piece, size / 1000))))
        }
        try sink.finish()
        #expect(target.bytes == bytes)
    }

    @Test(arguments: [0, 300_000, 2_900_000]) func writingBehindPassesErrorsOn(room: Int) throws {
        let sink = WriteBehindSink(to: BrokenSink(room: room))
        #expect(throws: Broken.self) {
            try sink.write(sample(3_000_000))
            try sink.finish()
        }
    }

    @Test func writingBehindMayStopHalfway() throws {
        for count in [0, 1, 300_000, 2_000_000] { try WriteBehindSink(to: MemorySink()).write(sample(count)) }
    }

    @Test func teesSeeEverything() throws {
        let bytes = sample(500_000)
        var seen: [UInt8] = []
        let source = TeeSource(of: MemorySource(bytes, chunk: 1000)) { span in
            for index in span.indices { seen.append(span[index]) }
        }
        let sink = MemorySink()
        let tee = TeeSink(to: sink)
        #expect(try source.copy(to: tee) == 500_000)
        #expect(seen == bytes && sink.bytes == bytes && tee.count == 500_000 && source.count == 500_000)
        #expect(throws: Broken.self) { try TeeSink(to: nil) { _ in throw Broken() }.write([1]) }
    }

    @Test func limits() throws {
        let source = MemorySource(sample(1000))
        #expect(try LimitedSource(source, limit: 100).readAll(limit: .max) == Array(sample(1000)[..<100]))
        #expect(try LimitedSource(source, limit: 0).readAll(limit: 0) == [])
        #expect(try LimitedSource(source, limit: -1).readAll(limit: 0) == [])
        #expect(try LimitedSource(source, limit: .max).readAll(limit: 900) == Array(sample(1000)[100...]))
        #expect(code { _ = try MemorySource(sample(1000)).readAll(limit: 999) } == .limitExceeded)
        #expect(code { _ = try MemorySource(sample(1000)).readAll(limit: 0) } == .limitExceeded)
    }

    @Test func filesAndTheirErrors() throws {
        let directory = try TemporaryDirectory()
        let file = try FileDescriptor.open(
            directory.path.appending("f"), .readWrite, options: [.create], permissions: [.ownerReadWrite])
        try file.closeAfter {
            try FileSink(file).write(sample(100_000))
            _ = try file.seek(offset: 0, from: .start)
            #expect(try FileSource(file).readAll(limit: 1 << 20) == sample(100_000))
        }
        let readOnly = try FileDescriptor.open(directory.path.appending("f"), .readOnly)
        try readOnly.closeAfter { #expect(code { try FileSink(readOnly).write([1]) } == .inputOutput) }
    }

    @Test func errorsReadWell() {
        let error = ArchiveError(.truncated, "the archive ends", offset: 512, cause: Errno.ioError)
        #expect("\(error)" == "the archive ends (at byte 512): \(Errno.ioError)")
    }
}
