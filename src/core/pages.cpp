#include <millwright/core/pages.hpp>

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace millwright {

void giveBackPages(std::span<std::byte> memory) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
    const std::uintptr_t first = (begin + page - 1) / page * page, last = (begin + memory.size()) / page * page;
    if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

} // namespace millwright
