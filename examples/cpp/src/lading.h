#pragma once
#include <istream>
#include <string>
#include <vector>

// One line of a bill of lading: "name;tonnes".
struct Item {
    std::string name;
    unsigned long tonnes;
};

// A bill of lading: what a ship carries.
class Lading {
public:
    // Reads a bill; throws std::runtime_error that names the line that is wrong.
    static Lading read(std::istream &input);

    const std::vector<Item> &items() const { return items_; }
    unsigned long tonnes() const;

    // The same for the same cargo, in whatever order it is listed.
    std::string seal() const;

private:
    std::vector<Item> items_;
};
