#include "lading.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "digest.h"

static std::runtime_error wrong(unsigned long line, const std::string &what)
{
    return std::runtime_error("line " + std::to_string(line) + ": " + what);
}

static unsigned long number(const std::string &text, unsigned long line)
{
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
        throw wrong(line, "'" + text + "' is no weight in tonnes");
    try {
        return std::stoul(text);
    } catch (const std::out_of_range &) {
        throw wrong(line, "'" + text + "' is too heavy");
    }
}

Lading Lading::read(std::istream &input)
{
    Lading lading;
    std::string text;
    unsigned long line = 0, total = 0;
    while (std::getline(input, text)) {
        line++;
        if (text.empty() || text[0] == '#')
            continue;
        auto mark = text.find(';');
        if (mark == std::string::npos || mark == 0)
            throw wrong(line, "not of the form name;tonnes");
        Item item{text.substr(0, mark), number(text.substr(mark + 1), line)};
        if (item.tonnes > std::numeric_limits<unsigned long>::max() - total)
            throw wrong(line, "the cargo is too heavy");
        total += item.tonnes;
        lading.items_.push_back(item);
    }
    return lading;
}

unsigned long Lading::tonnes() const
{
    unsigned long sum = 0;
    for (const auto &item : items_)
        sum += item.tonnes;
    return sum;
}

std::string Lading::seal() const
{
    std::vector<std::string> lines;
    for (const auto &item : items_)
        lines.push_back(item.name + ";" + std::to_string(item.tonnes) + "\n");
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const auto &line : lines)
        all += line;
    return sha256(all);
}
