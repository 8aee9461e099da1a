#pragma once

#include <millwright/core/result.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

namespace millwright {

/// A whole regular file, read-only, as memory. Pages come from the page cache and do not count as this program's own memory until
/// touched; `dropPages` gives them back. Thread: any, once made.
class MappedFile {
public:
    /// Errors: NotFound, Unreadable (also for folders, pipes and devices). An empty file maps to an empty span.
    [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept { swap(other); }
    MappedFile& operator=(MappedFile other) noexcept {
        swap(other);
        return *this;
    }
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Tells the kernel that [offset, offset+length) is not needed soon, so that streaming a large file keeps memory small.
    void dropPages(std::size_t offset, std::size_t length) const;

private:
    void swap(MappedFile& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Reads a small text or binary file whole. Errors: NotFound, Unreadable, ResourceLimit above `limit` bytes.
[[nodiscard]] Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit = 256u << 20);
/// Writes beside `path` and renames, so that a reader sees the old file or the whole new one. Errors: Unreadable.
[[nodiscard]] Result<void> writeFile(const std::filesystem::path& path, std::span<const std::byte> bytes);
[[nodiscard]] Result<void> writeFile(const std::filesystem::path& path, std::string_view text);

} // namespace millwright
