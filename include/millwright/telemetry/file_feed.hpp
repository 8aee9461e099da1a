#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/feed.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// Which topic of a file a signal is, as `log convert` would name it.
struct FileAddress {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    std::string unit; ///< UCUM; numbers are converted to it from the mapping's unit. Empty: they are taken as they are
    std::string topic;
};

struct FileOptions {
    std::string id;
    std::filesystem::path path;    ///< a text file that grows, a FIFO, or `-` for standard input
    std::filesystem::path mapping; ///< a mapping file (docs/log-format.md); empty: the one beside the file, if there is one
    std::vector<FileAddress> addresses;
    Duration interval = std::chrono::milliseconds{50}; ///< how often it looks for what is new
    Duration staleAfter{};                             ///< silence after which a value is stale; zero: never
    std::size_t queueBytes = 16u << 20;                ///< of lines read and not yet drained; where it is full, reading waits
    std::size_t maximumLineBytes = 1u << 20;           ///< longer ones are dropped
};

/// Starts to follow a file to which something writes lines of CSV, JSON or SHDR, on a thread of its own. What a regular file holds
/// already says how things are: the newest sample of each signal among its last 64 KiB is handed on. A file that is not there is
/// waited for; one that is replaced, or cut, is read from its beginning. Standard input that is over ends the feed, a FIFO waits for
/// its next writer. Errors: those of `loadMapping`; Invalid (a mapping whose format is none of lines).
[[nodiscard]] Result<std::unique_ptr<Feed>> openFile(FileOptions options);

} // namespace millwright::telemetry
