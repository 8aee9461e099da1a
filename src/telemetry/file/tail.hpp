#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace millwright::telemetry::file {

/// Follows a file that grows, a FIFO, or standard input, and cuts what comes into whole lines. Thread: one at a time.
class Tail {
public:
    enum class News : std::uint8_t {
        Nothing, ///< for now
        Lines,   ///< `lines`
        Opened,  ///< a file that was there already: `head` is how it begins, and the next lines are the last it holds
        Caught,  ///< those that were there already have all been given
        Begun,   ///< another file, or another writer: what follows begins anew
        Missing, ///< `problem` says what is not there, or cannot be read
        Ended,   ///< standard input is over
    };

    /// `path` is `-` for standard input. `longestLine`: bytes; longer lines are dropped.
    Tail(std::filesystem::path path, std::size_t longestLine);
    ~Tail();
    Tail(const Tail&) = delete;
    Tail& operator=(const Tail&) = delete;

    /// Waits up to `patience` for something new. After `Missing`, it asks to be called again.
    [[nodiscard]] News next(std::chrono::milliseconds patience);
    /// Of the last call: each ended by a line feed; valid until the next.
    [[nodiscard]] std::string_view lines() const { return lines_; }
    [[nodiscard]] std::string_view head() const { return head_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// Lines dropped because they are too long.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    /// Times that the file was cut while it was read, so that lines may be missing.
    [[nodiscard]] std::uint64_t gaps() const { return gaps_; }

private:
    enum class Kind : std::uint8_t { Regular, Pipe, Input };
    [[nodiscard]] News open();
    [[nodiscard]] News openRegular(std::uint64_t size);
    [[nodiscard]] News nextOfFile(std::chrono::milliseconds patience);
    [[nodiscard]] News nextOfPipe(std::chrono::milliseconds patience);
    [[nodiscard]] News atEnd(std::chrono::milliseconds patience);
    [[nodiscard]] News missing(std::string why);
    [[nodiscard]] News take(std::size_t count);
    [[nodiscard]] bool endLine();
    void close();

    std::filesystem::path path_;
    std::size_t longestLine_;
    Kind kind_ = Kind::Regular;
    int fd_ = -1;
    std::uint64_t device_ = 0, inode_ = 0;         ///< of what is open, or was last; 0: nothing was
    std::uint64_t offset_ = 0;                     ///< of a regular file: up to which it was read
    std::uint64_t caughtAt_ = 0;                   ///< likewise: up to which it was there already; 0: that has been given
    bool opened_ = false;                          ///< something; what is found later is read from its beginning
    bool begin_ = false;                           ///< of a pipe: its next writer is news
    bool drained_ = false;                         ///< the file was replaced, and has been looked at once more
    std::chrono::steady_clock::time_point gone_{}; ///< since when the path names nothing; epoch: it does
    std::string buffer_;
    std::string part_;      ///< of a line, whose end is to come
    bool skipping_ = false; ///< up to the end of a line
    std::string lines_, head_, problem_;
    std::uint64_t dropped_ = 0, gaps_ = 0;
};

} // namespace millwright::telemetry::file
