#pragma once

#include <millwright/core/time.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace millwright::telemetry {

/// Something that happened on a connection.
struct Arrival {
    enum class Kind : std::uint8_t {
        Message,
        Connected, ///< and subscribed; its messages may come a little earlier
        Lost,      ///< the connection
    };
    Kind kind = Kind::Message;
    Time received{};
    std::string_view topic, payload;
};

/// What arrived and was not yet looked at, in order, within a budget of bytes. Threads: `push` any, `pop` one; neither waits for
/// the other.
class ArrivalQueue {
public:
    explicit ArrivalQueue(std::size_t bytes);

    /// False when there is no room: the arrival is dropped. News of the connection finds room kept free for it.
    bool push(const Arrival& arrival);
    /// The next one received by `until`; false when there is none, so that a flood lets its reader go. The views stay valid until
    /// the next call.
    bool pop(Arrival& arrival, Time until = Time::max());
    /// How many bytes of the budget are taken. Thread: any.
    [[nodiscard]] std::size_t waiting() const {
        const std::size_t read = read_.load(std::memory_order_acquire); // first: what is written only grows
        return written_.load(std::memory_order_acquire) - read;
    }

private:
    struct Head {
        std::uint32_t size; ///< of the record, head included; a jump to the beginning of the ring when `kind` is `jump`
        std::uint32_t topic, payload;
        std::uint32_t kind;
        std::int64_t received;
    };
    static constexpr std::uint32_t jump = 0xFFFF'FFFFu;

    std::size_t capacity_;
    std::unique_ptr<std::byte[]> ring_;
    std::mutex pushing_;                              // callbacks may come from more than one thread of the client library
    std::atomic<std::size_t> written_ = 0, read_ = 0; ///< bytes ever
    std::size_t held_ = 0;                            ///< of the record that the last `pop` showed
};

} // namespace millwright::telemetry
