#pragma once

#include <millwright/historian/historian.hpp>
#include <millwright/telemetry/recorder.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::historian {

enum class Health : std::uint8_t {
    Connecting,   ///< for the first time
    Live,         ///< connected, and the one that writes this plant's samples
    Standby,      ///< connected, while another program writes them
    Disconnected, ///< trying again, with growing pauses
};
[[nodiscard]] std::string_view name(Health health); ///< `connecting`, `live`, `standby`, `disconnected`

struct WriterStatus {
    std::string url;
    Health health = Health::Connecting;
    std::string problem;            ///< why samples wait; empty while they do not
    std::string server;             ///< `PostgreSQL 17.5, TimescaleDB 2.19.3`; empty before the first connection
    std::uint64_t written = 0;      ///< samples
    std::uint64_t present = 0;      ///< that were there already, or that another program wrote
    std::uint64_t refused = 0;      ///< that PostgreSQL cannot hold, or of signals that are kept with another type or unit
    std::uint64_t behind = 0;       ///< recorded, and not written yet
    std::uint64_t lost = 0;         ///< deleted or damaged in the recording before they could be written
    std::uint64_t reconnects = 0;   ///< connections made after the first
    Time newest{};                  ///< of the samples written; epoch before the first
    std::vector<std::string> notes; ///< what does not work though the writer does, each said once; only ever grows
};

/// Writes what a recorder has recorded to the historian, on a thread of its own that follows the recorder's files. The recording is
/// its queue: while the server is away, samples wait there, and neither recorder nor twin ever wait for it. Each sample is written
/// once, also where a connection broke before the server could say whether it has it.
class Writer {
public:
    /// `recording` is asked how far the recorder is; thread: any. Never fails: a server that cannot be reached is tried again.
    Writer(Options options, std::function<telemetry::RecorderStatus()> recording);
    ~Writer(); ///< as `finish`, without waiting for anything
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Thread: any.
    [[nodiscard]] WriterStatus status() const;
    /// Writes what the recorder, which has ended, has recorded and is not written yet. Gives up where the server cannot be reached,
    /// or takes nothing for `patience`. What is then `behind` is in the recording.
    WriterStatus finish(Duration patience = std::chrono::seconds{10});

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::historian
