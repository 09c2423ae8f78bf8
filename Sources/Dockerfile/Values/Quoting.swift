extension String {
    /// The text in double quotes with special characters escaped, cut after 80 characters: for error messages.
    var quotedForMessage: String {
        var output = "\""
        for scalar in unicodeScalars.prefix(80) {
            switch scalar {
            case "\"", "\\": output += "\\\(scalar)"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            default: output.unicodeScalars.append(scalar)
            }
        }
        if unicodeScalars.dropFirst(80).first != nil { output += "…" }
        return output + "\""
    }
}
