// Tests without a framework: each line that fails says so, and the program ends with 1.
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "digest.h"
#include "lading.h"

static int failures = 0;

static void expect(bool holds, const std::string &what)
{
    std::cout << (holds ? "ok      " : "FAILED  ") << what << "\n";
    failures += !holds;
}

static Lading parse(const std::string &text)
{
    std::istringstream input(text);
    return Lading::read(input);
}

static std::string refusal(const std::string &text)
{
    try {
        parse(text);
    } catch (const std::runtime_error &error) {
        return error.what();
    }
    return "";
}

int main()
{
    expect(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");
    expect(parse("timber;40\n# empty\n\niron;2\n").tonnes() == 42, "comments and empty lines weigh nothing");
    expect(parse("").items().empty(), "an empty bill has no items");
    expect(parse("a;1\nb;2\n").seal() == parse("b;2\na;1\n").seal(), "order does not change the seal");
    expect(parse("a;1\n").seal() != parse("a;2\n").seal(), "weight changes the seal");
    for (const char *text : {"timber\n", ";4\n", "timber;\n", "timber;-4\n", "timber;99999999999999999999\n",
             "a;18446744073709551615\nb;1\n"})
        expect(refusal(text).rfind("line ", 0) == 0, std::string("refused: ") + refusal(text));
    return failures ? 1 : 0;
}
