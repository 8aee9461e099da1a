#include "support/folders.hpp"

namespace millwright::test {

std::filesystem::path sourceFolder() {
    return MILLWRIGHT_SOURCE_DIR;
}

std::filesystem::path buildFolder() {
    return MILLWRIGHT_BINARY_DIR;
}

} // namespace millwright::test
