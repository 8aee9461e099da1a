#pragma once

#include <millwright/telemetry/mcap/record.hpp>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace millwright::telemetry::mcap {

/// A few bytes of a file at a time, read, not mapped: for what is scattered over gigabytes. Thread: one.
class FileWindow {
public:
    explicit FileWindow(const std::string& path) : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
    ~FileWindow() {
        if (fd_ >= 0) ::close(fd_);
    }
    FileWindow(const FileWindow&) = delete;
    FileWindow& operator=(const FileWindow&) = delete;

    [[nodiscard]] bool opened() const { return fd_ >= 0; }
    /// `count` bytes, at most 256, from `offset` on; fewer where the file ends or cannot be read. Valid until the next call.
    [[nodiscard]] Bytes at(std::uint64_t offset, std::size_t count) {
        if (offset < begin_ || offset + count > begin_ + size_) {
            const auto got = ::pread(fd_, buffer_.data(), buffer_.size(), static_cast<off_t>(offset));
            begin_ = offset;
            size_ = got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        const auto skip = static_cast<std::size_t>(offset - begin_);
        return Bytes{buffer_}.subspan(skip, std::min(count, size_ - std::min(skip, size_)));
    }

private:
    int fd_ = -1;
    std::uint64_t begin_ = 0;
    std::size_t size_ = 0;
    std::array<std::byte, 256> buffer_{};
};

} // namespace millwright::telemetry::mcap
