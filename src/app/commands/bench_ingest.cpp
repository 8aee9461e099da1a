#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/payload.hpp>
#include <millwright/telemetry/sparkplug.hpp>
#include <millwright/twin/live.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <chrono>
#include <format>
#include <memory>

namespace millwright::app {
namespace {

constexpr std::size_t signalCount = 500;
constexpr std::size_t messages = 500'000; ///< a pass, one sample each
constexpr std::size_t batch = 50;         ///< samples in a Sparkplug message
constexpr std::size_t batches = 40 * 256; ///< a pass; after it the sequence numbers begin again
constexpr int passes = 5;
constexpr std::int64_t millisecond = 1'800'000'000'000; ///< of every sample: another pass must not be late

struct Message {
    std::string topic, payload;
};

/// Messages as a feed would take them out of its queue; decoded where a feed decodes them.
class Captured : public telemetry::Feed {
public:
    void drain(Time now, StringTable& strings, telemetry::Arrivals& arrivals) override {
        constexpr std::size_t samples = 4096; // at most, in one go
        for (const std::size_t begun = arrivals.samples.size(); at_ < all.size() && arrivals.samples.size() - begun < samples;
             ++at_)
            decode(all[at_], now, strings, arrivals.samples);
        finished = at_ == all.size();
        if (finished) at_ = 0;
    }
    [[nodiscard]] telemetry::FeedStatus status() const override { return {}; }
    [[nodiscard]] virtual std::uint64_t rejected() const = 0;

    std::vector<Message> all;
    bool finished = false;

private:
    virtual void decode(const Message& message, Time now, StringTable& strings, std::vector<telemetry::Sample>& out) = 0;
    std::size_t at_ = 0;
};

class CapturedJson final : public Captured {
public:
    explicit CapturedJson(telemetry::PayloadDecoder decoder) : decoder_{std::move(decoder)} {}
    [[nodiscard]] std::uint64_t rejected() const override { return decoder_.counters().rejected; }

private:
    void decode(const Message& message, Time now, StringTable& strings, std::vector<telemetry::Sample>& out) override {
        decoder_.decode(message.topic, message.payload, now, strings, out);
    }
    telemetry::PayloadDecoder decoder_;
};

/// What one edge node sends: a birth, then data by alias.
class CapturedSparkplug final : public Captured, private telemetry::sparkplug::Sink {
public:
    explicit CapturedSparkplug(StringTable& strings) : host_{{}, *this, strings} {
        telemetry::sparkplug::PayloadWriter birth;
        birth.timestamp(timeFromNanoseconds(millisecond * 1'000'000));
        for (std::uint64_t i = 0; i < signalCount; ++i)
            birth.metric({.name = std::format("cell-{:03}", i), .alias = i}, Value::of(0.0));
        host_.receive("spBv1.0/G/NBIRTH/E", birth.sequence(0).bytes(), {});
    }
    [[nodiscard]] std::uint64_t rejected() const override {
        const auto& counters = host_.counters();
        return counters.rejected + counters.dropped + counters.malformed + counters.unknown + counters.gaps;
    }

private:
    void decode(const Message& message, Time now, StringTable&, std::vector<telemetry::Sample>& out) override {
        out_ = &out;
        host_.receive(message.topic, std::as_bytes(std::span{message.payload}), now);
        out_ = nullptr;
    }
    telemetry::sparkplug::MetricTarget bind(const telemetry::sparkplug::MetricName&, ValueType) override {
        return {static_cast<SignalIndex>(bound_++), ValueType::Float}; // in the order of the birth
    }
    void samples(std::span<const telemetry::Sample> samples, Time) override {
        if (out_ != nullptr) out_->insert(out_->end(), samples.begin(), samples.end()); // the birth's are not measured
    }
    void historical(std::span<const telemetry::Sample>, Time) override {}
    void publish(const telemetry::sparkplug::Publication&) override {}

    std::vector<telemetry::Sample>* out_ = nullptr;
    std::size_t bound_ = 0;
    telemetry::sparkplug::Host host_;
};

plant::Plant plantOfSignals() {
    plant::Plant plant;
    plant.id = "bench";
    plant.equipment.emplace_back().id = "bench";
    for (std::size_t i = 0; i < signalCount; ++i) {
        plant::Signal& signal = plant.signals.emplace_back();
        signal.id = signal.path = signal.topic = std::format("site/area/line/cell-{:03}/signal", i);
        signal.equipment = EquipmentIndex{0};
    }
    return plant;
}

std::unique_ptr<Captured> capturedJson(const plant::Plant& plant, const std::string& form, telemetry::PayloadFormat format,
                                       const std::vector<std::string>& value) {
    std::vector<telemetry::PayloadAddress> addresses;
    for (std::size_t i = 0; i < signalCount; ++i)
        addresses.push_back({static_cast<SignalIndex>(i), ValueType::Float, std::string{plant.signals[i].topic}, value});
    auto feed = std::make_unique<CapturedJson>(telemetry::PayloadDecoder{std::move(addresses), std::move(format)});
    for (std::size_t i = 0; i < messages; ++i) {
        const std::string number = std::format("{}.{:03}", i % 1013, i * 7 % 1000);
        feed->all.push_back({std::string{plant.signals[i % signalCount].topic}, std::vformat(form, std::make_format_args(number, millisecond))});
    }
    return feed;
}

std::unique_ptr<Captured> capturedSparkplug(StringTable& strings) {
    auto feed = std::make_unique<CapturedSparkplug>(strings);
    telemetry::sparkplug::PayloadWriter data;
    const Time time = timeFromNanoseconds(millisecond * 1'000'000);
    for (std::size_t i = 0; i < batches; ++i) {
        data.clear().timestamp(time);
        for (std::size_t k = 0; k < batch; ++k)
            data.metric({.name = {}, .alias = (i * batch + k) % signalCount, .time = time, .declare = false},
                        Value::of(static_cast<double>(i % 1013) + 0.5));
        const auto bytes = data.sequence(static_cast<std::uint8_t>(i + 1)).bytes();
        feed->all.push_back({"spBv1.0/G/NDATA/E", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    }
    return feed;
}

/// Milliseconds of processor time of each pass over a feed's messages.
struct Figures {
    std::vector<double> milliseconds;
    std::size_t payloadBytes = 0;
    std::uint64_t applied = 0, rejected = 0;
};

Figures measure(const plant::Plant& plant, telemetry::LiveSource live, std::unique_ptr<Captured> feed) {
    Figures figures;
    Captured& source = *feed;
    for (const Message& message : source.all) figures.payloadBytes += message.payload.size();
    live.add(std::move(feed));
    twin::Live twin{plant, std::move(live)};
    Time now = timeFromNanoseconds(1'900'000'000'000'000'000);
    for (int pass = 0; pass < passes; ++pass) {
        const double start = processorMilliseconds();
        do {
            now += std::chrono::milliseconds{8};
            twin.poll(now);
        } while (!source.finished);
        figures.milliseconds.push_back(processorMilliseconds() - start);
    }
    figures.applied = twin.source().counters().applied;
    figures.rejected = source.rejected();
    return figures;
}

void write(JsonWriter& json, std::string_view form, const Figures& figures) {
    const double median = quantile(figures.milliseconds, 0.5), best = quantile(figures.milliseconds, 0);
    const double samples = static_cast<double>(figures.applied) / passes;
    json.beginObject()
        .field("form", form)
        .field("payloadBytesPerSample", static_cast<double>(figures.payloadBytes) / samples)
        .field("applied", figures.applied)
        .field("rejected", figures.rejected)
        .field("medianMs", median)
        .field("p99Ms", quantile(figures.milliseconds, 0.99))
        .field("samplesPerSecond", samples / median * 1000)
        .field("bestSamplesPerSecond", samples / best * 1000)
        .endObject();
}

ExitStatus benchIngest() {
    struct Case {
        std::string_view name;
        std::string form;
        telemetry::PayloadFormat format;
        std::vector<std::string> value;
    };
    const Case cases[] = {{"number", "{0}", {}, {}},
                          {"object", R"({{"value":{0}}})", {}, {}},
                          {"document", R"({{"t":{1},"q":192,"v":{0},"unit":"kN"}})", {.time = {"t"}, .quality = {"q"}}, {"v"}}};
    const plant::Plant plant = plantOfSignals();
    JsonWriter json;
    json.beginObject().field("what", "ingest").field("device", processorName() + ", one core").field("signals", signalCount);
    json.key("forms").beginArray();
    for (const Case& one : cases)
        write(json, one.name,
              measure(plant, telemetry::LiveSource{signalCount, Duration::zero()},
                      capturedJson(plant, one.form, one.format, one.value)));
    telemetry::LiveSource live{signalCount, Duration::zero()};
    const auto strings = live.strings();
    write(json, "sparkplug", measure(plant, std::move(live), capturedSparkplug(*strings)));
    json.endArray().field("peakBytes", peakResidentBytes()).endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchIngest(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand("ingest", "Decode and apply captured payloads, JSON with one sample a message and "
                                                       "Sparkplug with 50, on one core; times are processor time");
    command->footer("Example: millwright bench ingest");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "The answer is JSON anyway");
    command->callback([&run, json] { run = [] { return benchIngest(); }; });
}

} // namespace millwright::app
