#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
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

/// Reads samples from messages whose payload is a JSON document or plain text. Allocates nothing a message but for texts it has not
/// seen before. Thread: one at a time.
class PayloadDecoder {
public:
    static constexpr std::size_t maximumText = 4096;       ///< bytes of a String value
    static constexpr std::size_t maximumTexts = 1'000'000; ///< different ones in the table; beyond it a String is rejected

    PayloadDecoder(std::vector<PayloadAddress> addresses, PayloadFormat format);

    /// Appends the samples of one message. A signal whose place the payload lacks gets none.
    void decode(std::string_view topic, std::string_view payload, Time received, StringTable& strings, std::vector<Sample>& out);
    [[nodiscard]] const PayloadCounters& counters() const { return counters_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    void decodeText(const std::vector<PayloadAddress>& addresses, std::string_view text, Time received, StringTable& strings,
                    std::vector<Sample>& out);
    [[nodiscard]] Time timeIn(std::string_view document, Time received) const;
    [[nodiscard]] Quality qualityIn(std::string_view document) const;

    std::unordered_map<std::string, std::vector<PayloadAddress>, Hash, std::equal_to<>> byTopic_;
    PayloadFormat format_;
    PayloadCounters counters_;
    std::string scratch_;
};

/// The names of a JSON Pointer: `/a/b~1c` gives `a` and `b/c`, the empty text none.
[[nodiscard]] std::vector<std::string> pointerNames(std::string_view pointer);

} // namespace millwright::telemetry
