#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry {

/// What a number that stands for a time counts, since the Unix epoch.
enum class TimeUnit : std::uint8_t { Seconds, Milliseconds, Microseconds, Nanoseconds };

/// Where a signal is among messages: the topic, and the place in the payload as the names of a JSON Pointer (RFC 6901). Without
/// names, the payload is the value, or an object whose member `value` is.
struct PayloadAddress {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    std::string topic;
    std::vector<std::string> value;
};

/// Where the rest of a sample is in a payload. Empty: the time is when the message was received, the quality good.
struct PayloadFormat {
    std::vector<std::string> time;
    std::vector<std::string> quality;
    TimeUnit timeUnit = TimeUnit::Milliseconds; ///< of numbers; text is read as ISO 8601
};

struct PayloadCounters {
    std::uint64_t samples = 0;   ///< read
    std::uint64_t unmatched = 0; ///< messages of topics that no signal has
    std::uint64_t rejected = 0;  ///< values that cannot be read as their signal's type, and texts beyond the limits
};

/// Reads samples from messages whose payload is a JSON document or plain text, each document in one pass however many signals it
/// has. Allocates nothing a message but for texts it has not seen before. Texts of up to 4096 bytes without control characters are
/// taken, a million different ones in the table; others are rejected. Thread: one at a time.
class PayloadDecoder {
public:
    PayloadDecoder(std::vector<PayloadAddress> addresses, PayloadFormat format);
    PayloadDecoder(PayloadDecoder&&) noexcept;
    PayloadDecoder& operator=(PayloadDecoder&&) noexcept;
    ~PayloadDecoder();

    /// Appends the samples of one message. A signal whose place the payload lacks gets none.
    void decode(std::string_view topic, std::string_view payload, Time received, StringTable& strings, std::vector<Sample>& out);
    [[nodiscard]] const PayloadCounters& counters() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The names of a JSON Pointer: `/a/b~1c` gives `a` and `b/c`, the empty text none.
[[nodiscard]] std::vector<std::string> pointerNames(std::string_view pointer);

} // namespace millwright::telemetry
