// lading FILE: what a bill of lading comes to, and the seal by which it is known again.
#include <exception>
#include <fstream>
#include <iostream>

#include "lading.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: lading FILE\n";
        return 2;
    }
    std::ifstream file(argv[1]);
    if (!file) {
        std::cerr << "lading: cannot read " << argv[1] << "\n";
        return 1;
    }
    try {
        Lading lading = Lading::read(file);
        std::cout << lading.items().size() << " items, " << lading.tonnes() << " tonnes\nseal " << lading.seal() << "\n";
    } catch (const std::exception &error) {
        std::cerr << "lading: " << argv[1] << ": " << error.what() << "\n";
        return 1;
    }
    return 0;
}
