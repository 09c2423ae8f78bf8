/// Truth values as Go's `strconv.ParseBool` spells them, which docker's flags use.
enum GoBoolean {
    /// `nil` if `text` is neither.
    static func parse(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
