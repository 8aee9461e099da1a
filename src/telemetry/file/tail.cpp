#include "telemetry/file/tail.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <poll.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace millwright::telemetry::file {
namespace {

constexpr std::size_t atOnce = 64u << 10;       // bytes read
constexpr std::uint64_t lookedBack = 64u << 10; // of a file that is there already
constexpr std::chrono::seconds mayBeGone{1};    // while it is replaced
constexpr const char* removed = "was removed or renamed; another is waited for";

} // namespace

Tail::Tail(std::filesystem::path path, std::size_t longestLine) : path_{std::move(path)}, longestLine_{longestLine} {
    buffer_.resize(atOnce);
}

Tail::~Tail() {
    close();
}

void Tail::close() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
    fd_ = -1;
    gone_ = {};
    drained_ = false;
}

Tail::News Tail::missing(std::string why) {
    opened_ = true; // what comes now is new
    problem_ = std::move(why);
    return News::Missing;
}

Tail::News Tail::open() {
    if (path_ == "-") {
        fd_ = STDIN_FILENO;
        kind_ = Kind::Input;
        return News::Begun;
    }
    const int fd = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return missing(errno != ENOENT ? std::format("cannot be read: {}", std::strerror(errno))
                       : inode_ != 0   ? removed
                                       : "there is no such file yet; it is waited for");
    struct stat status {};
    if (::fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
        ::close(fd);
        return missing("is a folder, where a file was expected");
    }
    close();
    fd_ = fd;
    device_ = status.st_dev;
    inode_ = status.st_ino;
    offset_ = caughtAt_ = 0;
    if (S_ISREG(status.st_mode)) return openRegular(static_cast<std::uint64_t>(status.st_size));
    kind_ = Kind::Pipe;
    return missing("nothing writes to it; it is waited for");
}

Tail::News Tail::openRegular(std::uint64_t size) {
    kind_ = Kind::Regular;
    const bool first = !std::exchange(opened_, true);
    if (!first || size == 0) return News::Begun;
    caughtAt_ = size;
    head_.clear();
    if (size <= lookedBack) return News::Opened;
    head_.resize(atOnce);
    const ssize_t read = ::pread(fd_, head_.data(), head_.size(), 0);
    head_.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    head_.resize(head_.rfind('\n') + 1); // npos + 1 is 0
    offset_ = size - lookedBack;
    skipping_ = true; // what is left of a line
    return News::Opened;
}

/// Cuts what was read into lines.
Tail::News Tail::take(std::size_t count) {
    std::string_view read{buffer_.data(), count};
    if (skipping_) {
        const std::size_t end = read.find('\n');
        if (end == std::string_view::npos) return News::Nothing;
        read.remove_prefix(end + 1);
        skipping_ = false;
    }
    const std::size_t whole = read.rfind('\n') + 1; // npos + 1 is 0
    if (whole > 0) {
        lines_ = std::exchange(part_, {});
        lines_ += read.substr(0, whole);
    }
    part_ += read.substr(whole);
    if (part_.size() > longestLine_) {
        ++dropped_;
        part_.clear();
        skipping_ = true;
    }
    return whole > 0 ? News::Lines : News::Nothing;
}

/// Nothing will follow the part of a line that has come: it is all of it. False where there is none.
bool Tail::endLine() {
    skipping_ = false;
    if (part_.empty()) return false;
    lines_ = std::exchange(part_, {}) + '\n';
    return true;
}

Tail::News Tail::next(std::chrono::milliseconds patience) {
    if (fd_ < 0) return open();
    return kind_ == Kind::Regular ? nextOfFile(patience) : nextOfPipe(patience);
}

Tail::News Tail::nextOfFile(std::chrono::milliseconds patience) {
    std::size_t most = buffer_.size();
    if (caughtAt_ > 0) {
        if (offset_ >= caughtAt_) {
            caughtAt_ = 0;
            return News::Caught;
        }
        most = static_cast<std::size_t>(std::min<std::uint64_t>(most, caughtAt_ - offset_));
    }
    const ssize_t count = ::pread(fd_, buffer_.data(), most, static_cast<off_t>(offset_));
    if (count > 0) {
        offset_ += static_cast<std::uint64_t>(count);
        return take(static_cast<std::size_t>(count));
    }
    if (count < 0 && errno != EINTR) {
        const std::string why = std::format("cannot be read: {}", std::strerror(errno));
        close();
        return missing(why);
    }
    if (std::exchange(caughtAt_, 0) > 0) return News::Caught; // it is shorter than it was
    return atEnd(patience);
}

/// Whether the file that was read to its end is still the one that the path names.
Tail::News Tail::atEnd(std::chrono::milliseconds patience) {
    struct stat status {};
    const auto now = std::chrono::steady_clock::now();
    if (::stat(path_.c_str(), &status) != 0) {
        if (gone_ == std::chrono::steady_clock::time_point{}) gone_ = now;
        if (now - gone_ < mayBeGone) {
            std::this_thread::sleep_for(patience);
            return News::Nothing;
        }
        if (endLine()) return News::Lines;
        close();
        return missing(removed);
    }
    gone_ = {};
    if (status.st_dev != device_ || status.st_ino != inode_) {
        if (!std::exchange(drained_, true)) return News::Nothing; // what was written until it was replaced
        return endLine() ? News::Lines : open();
    }
    if (static_cast<std::uint64_t>(status.st_size) < offset_) {
        ++gaps_;
        offset_ = 0;
        part_.clear();
        skipping_ = false;
        return News::Begun;
    }
    std::this_thread::sleep_for(patience);
    return News::Nothing;
}

Tail::News Tail::nextOfPipe(std::chrono::milliseconds patience) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return News::Nothing;
    if (begin_) {
        begin_ = false;
        return News::Begun;
    }
    const ssize_t count = ::read(fd_, buffer_.data(), buffer_.size());
    if (count > 0) return take(static_cast<std::size_t>(count));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return News::Nothing;
    if (endLine()) return News::Lines;
    if (kind_ == Kind::Input) {
        fd_ = -1;
        return News::Ended;
    }
    const News opened = open(); // else it would be told again and again that there is no writer
    begin_ = true;
    if (fd_ >= 0 && kind_ == Kind::Pipe) problem_ = "what wrote to it has ended; another is waited for";
    return opened;
}

} // namespace millwright::telemetry::file
