/// A point in a source file.
public struct SourceLocation: Sendable, Hashable, Comparable {
    /// The byte offset from the start of the file.
    public var offset: Int
    /// The line number, counted from 1.
    public var line: Int
    /// The column, counted from 1 in Unicode scalars.
    public var column: Int

    /// Makes a location from its parts; they are not checked against a file.
    public init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// Orders locations of one file from its start to its end.
    public static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        left.offset < right.offset
    }
}

/// A stretch of a source file from `start` up to, and not including, `end`.
public struct SourceRange: Sendable, Hashable {
    /// The first byte.
    public var start: SourceLocation
    /// One past the last byte.
    public var end: SourceLocation

    /// Makes a range from its ends.
    public init(start: SourceLocation, end: SourceLocation) {
        self.start = start
        self.end = end
    }

    /// The numbers of the lines which the range touches.
    public var lines: ClosedRange<Int> {
        // A range that ends at the start of a line does not touch that line.
        let last = end.column == 1 && end.line > start.line ? end.line - 1 : end.line
        return start.line...max(start.line, last)
    }
}
