#pragma once

#include <millwright/core/result.hpp>

#include <cstddef>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace millwright::cad {

/// A file without a name, in memory: for what writes to a descriptor.
class MemoryFile {
public:
    /// Errors: ResourceLimit.
    [[nodiscard]] static Result<MemoryFile> create() {
        MemoryFile file;
        file.descriptor_ = ::memfd_create("millwright", MFD_CLOEXEC);
        if (file.descriptor_ < 0) return failure(ErrorCode::ResourceLimit, "no memory left for a temporary file");
        return file;
    }
    MemoryFile(MemoryFile&& other) noexcept
        : descriptor_{std::exchange(other.descriptor_, -1)}, mapped_{std::exchange(other.mapped_, {})} {}
    MemoryFile& operator=(MemoryFile&&) = delete;
    ~MemoryFile() {
        if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// What was written so far; call once. Errors: ResourceLimit.
    [[nodiscard]] Result<std::span<const std::byte>> map() {
        struct stat status{};
        if (::fstat(descriptor_, &status) != 0 || status.st_size == 0) return mapped_;
        const auto size = static_cast<std::size_t>(status.st_size);
        void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor_, 0);
        if (data == MAP_FAILED) return failure(ErrorCode::ResourceLimit, "no memory left for a temporary file");
        return mapped_ = {static_cast<const std::byte*>(data), size};
    }

private:
    MemoryFile() = default;
    int descriptor_ = -1;
    std::span<const std::byte> mapped_;
};

} // namespace millwright::cad
