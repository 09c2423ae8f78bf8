#pragma once
#include <string>

// The SHA-256 digest of some bytes, as 64 hexadecimal digits.
std::string sha256(const std::string &bytes);
