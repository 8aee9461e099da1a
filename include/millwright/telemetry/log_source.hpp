#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/source.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

struct LogSourceOptions {
    /// Decoded samples held at once. A log whose chunks overlap in time needs as many as overlap.
    std::size_t memoryBytes = 256u << 20;
    std::uint64_t chunkBytes = 128u << 20; ///< largest uncompressed chunk accepted
};

/// What a log says about one of its signals.
struct LogTopic {
    std::string topic;
    std::string
        encoding; ///< message encoding: `millwright.signal.v1` (in columns), `json`, or one this program cannot read samples from
    ValueType type = ValueType::Float;
    std::string unit;
    std::map<std::string, std::string> metadata;
};
/// What a log would say about what a caller wants.
[[nodiscard]] inline LogTopic topicOf(const Subscription& wanted) {
    return {std::string{wanted.topic}, {}, wanted.type, std::string{wanted.unit}, {}};
}

/// A recorded MCAP log: Millwright's own in either encoding, and the JSON channels of any other. Of a foreign JSON channel, topic
/// `a` is the number, boolean or string message itself or its field `value`, and topic `a/f/g` is field `g` of field `f`; the log
/// time is the sample's time. Samples are delivered in order of time, then signal, then place in the file, also where chunks
/// overlap. Nothing is allocated per sample; the file is mapped and its pages given back as they are used.
class LogSource final : public Source {
public:
    /// Errors: as `mcap::File::open`; Invalid when the unit of a topic cannot be converted to the subscribed one.
    [[nodiscard]] static Result<std::unique_ptr<LogSource>>
    open(const std::filesystem::path& path, const std::vector<Subscription>& subscriptions, const LogSourceOptions& options = {});
    /// Subscribes to every topic of the log that holds samples, in the order of their channels; see `topics`.
    [[nodiscard]] static Result<std::unique_ptr<LogSource>> openAll(const std::filesystem::path& path,
                                                                    const LogSourceOptions& options = {});
    /// The same over bytes that outlive the source.
    [[nodiscard]] static Result<std::unique_ptr<LogSource>> openAll(std::span<const std::byte> bytes, std::string name,
                                                                    const LogSourceOptions& options = {});
    ~LogSource() override;

    [[nodiscard]] Result<std::span<const Sample>> next(std::size_t maximum) override;
    [[nodiscard]] Result<Keyframe> seek(Time time) override;
    [[nodiscard]] TimeInterval span() const override;
    [[nodiscard]] std::uint64_t sampleCount() const override;
    [[nodiscard]] std::span<const Conversion> conversions() const override;
    [[nodiscard]] std::vector<bool> found() const override;
    [[nodiscard]] const StringTable& strings() const override;
    [[nodiscard]] SourceCounters counters() const override;

    /// What was wrong with the file and was worked around (a torn tail, a damaged summary); show it to the user.
    [[nodiscard]] const std::vector<Error>& warnings() const;
    /// The topics subscribed to by `openAll`, else all of the log that hold samples.
    [[nodiscard]] const std::vector<LogTopic>& topics() const;

private:
    struct State;
    explicit LogSource(std::unique_ptr<State> state);
    [[nodiscard]] static Result<std::unique_ptr<LogSource>> openAll(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
