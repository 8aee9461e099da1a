#include <millwright/telemetry/log_writer.hpp>
#include <millwright/telemetry/synthetic.hpp>

#include <cmath>
#include <format>
#include <queue>

namespace millwright::telemetry {
namespace {

constexpr std::int64_t start = 1'767'225'600'000'000'000; // 2026-01-01
constexpr std::int64_t millisecond = 1'000'000;

/// splitmix64: the same numbers on every machine.
struct Random {
    std::uint64_t state = 0;
    std::uint64_t next() {
        std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

struct Signal {
    ValueType type = ValueType::Float;
    bool rounded = true;
    std::int64_t period = 0;
    double level = 0;
    std::int64_t count = 0;
    bool on = false;
};

Signal makeSignal(std::size_t i, Random& random) {
    constexpr std::int64_t periods[] = {50, 100, 100, 200, 1000};
    Signal signal;
    signal.period = periods[random.next() % std::size(periods)] * millisecond;
    signal.level = 20 + 60 * random.unit();
    if (i % 10 == 7) signal.rounded = false;
    if (i % 10 == 8) signal.type = ValueType::Integer;
    if (i % 10 == 9) signal.type = ValueType::Boolean;
    return signal;
}

Value nextValue(Signal& signal, Random& random) {
    switch (signal.type) {
    case ValueType::Integer: return Value::of(signal.count += static_cast<std::int64_t>(random.next() % 3));
    case ValueType::Boolean:
        if (random.next() % 50 == 0) signal.on = !signal.on;
        return Value::of(signal.on);
    case ValueType::Float:
    case ValueType::String: break;
    }
    signal.level += 0.2 * (random.unit() - 0.5);
    return Value::of(signal.rounded ? std::nearbyint(signal.level * 1000) / 1000 : signal.level);
}

} // namespace

Result<void> writeSyntheticLog(const std::filesystem::path& path, std::size_t signals, std::uint64_t samples, std::uint64_t seed) {
    if (signals == 0) return failure(ErrorCode::Invalid, "a synthetic log needs at least one signal", path.string());
    Random random{seed};
    std::vector<Signal> plant;
    std::vector<LogChannel> channels;
    using Due = std::pair<std::int64_t, std::uint32_t>; // time, signal
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
    for (std::size_t i = 0; i < signals; ++i) {
        plant.push_back(makeSignal(i, random));
        channels.push_back(
            {std::format("bench/{:04}", i), plant.back().type, plant.back().type == ValueType::Float ? "Cel" : "", {}});
        due.emplace(start + static_cast<std::int64_t>(random.next() % 1000) * millisecond, static_cast<std::uint32_t>(i));
    }
    auto log = LogWriter::create(path, std::move(channels));
    if (!log) return std::unexpected(log.error());
    std::vector<Sample> block;
    for (std::uint64_t i = 0; i < samples; ++i) {
        const auto [time, number] = due.top();
        due.pop();
        Signal& signal = plant[number];
        // Half of the signals are polled on the millisecond, the others arrive when they do.
        const std::int64_t jitter = number % 2 == 0 ? 0 : static_cast<std::int64_t>(random.next() % 2000) * 1000 - millisecond;
        due.emplace(time + signal.period + jitter, number);
        block.push_back({timeFromNanoseconds(time), nextValue(signal, random), static_cast<SignalIndex>(number), signal.type,
                         random.next() % 5000 == 0 ? Quality::Uncertain : Quality::Good});
        if (block.size() < 4096 && i + 1 < samples) continue;
        if (auto written = log->write(block); !written) return written;
        block.clear();
    }
    return log->close();
}

} // namespace millwright::telemetry
