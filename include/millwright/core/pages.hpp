#pragma once

#include <cstddef>
#include <span>

namespace millwright {

/// Gives the whole pages inside a part of a vector back to the system before the vector is destroyed: they read as zero afterwards.
/// For large arrays that are used up from front to back.
void giveBackPages(std::span<std::byte> memory);

} // namespace millwright
