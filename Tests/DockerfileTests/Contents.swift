#if canImport(Dockerfile)
    import Dockerfile
#endif

/// Everything in a parsed value but its places in the file and what depends on the file's line breaks. The fuzz targets
/// (Fuzz/) use this too; there it is compiled into the module.
func contents(of value: Any) -> String {
    if value is SourceRange || value is SourceFile { return "" }
    let mirror = Mirror(reflecting: value)
    guard !mirror.children.isEmpty else { return String(reflecting: value) }
    let parts = mirror.children.filter { $0.label != "text" && $0.label != "emptyContinuations" }
    let texts = parts.map { "\($0.label ?? "")=\(contents(of: $0.value))" }
    // Equal sets may list their elements in different orders.
    return "(" + (mirror.displayStyle == .set ? texts.sorted() : texts).joined(separator: ",") + ")"
}
