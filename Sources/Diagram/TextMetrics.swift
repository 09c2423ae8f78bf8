/// How wide text is, without a font at hand.
enum TextMetrics {
    /// The columns that text takes on a terminal: wide East Asian characters and emoji two, combining marks none.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    /// The width of text in a sans-serif font, in units of the drawing.
    ///
    /// The advance widths are those of DejaVu Sans, which is wider than Helvetica and Arial: whichever of them is there,
    /// text fits into the room that was made for it. Bold is wider by less than a sixth.
    static func sans(_ text: String, size: Double, isBold: Bool = false) -> Double {
        let thousandths = text.unicodeScalars.reduce(0) { sum, scalar in
            let ascii = Int(scalar.value) - 32
            return sum + (dejaVuSans.indices.contains(ascii) ? dejaVuSans[ascii] : max(columns(scalar) * 1000, 0))
        }
        return Double(thousandths) / 1000 * size * (isBold ? 1.15 : 1)
    }

    /// The width of text in a monospaced font, in units of the drawing: 0.602 of the size in DejaVu Sans Mono and Menlo,
    /// less in others.
    static func monospaced(_ text: String, size: Double) -> Double {
        Double(columns(text)) * 0.602 * size
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// Unicode Standard Annex #11, East Asian Width W and F, and emoji, in broad blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23F3, 0x25FD...0x25FE, 0x2614...0x27BF, 0x2B1B...0x2B55,
        0x2E80...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1F004...0x1FAFF, 0x20000...0x3FFFD,
    ]

    /// From U+0020 to U+007E, in thousandths of the size.
    private static let dejaVuSans = [
        318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636,
        636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656,
        557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613,
        635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818,
        592, 592, 525, 636, 337, 636, 838,
    ]
}
