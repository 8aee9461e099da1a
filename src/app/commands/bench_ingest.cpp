#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/payload.hpp>
#include <millwright/twin/live.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <chrono>
#include <format>
#include <memory>

namespace millwright::app {
namespace {

constexpr std::size_t signalCount = 500;
constexpr std::size_t messages = 500'000; ///< a pass
constexpr int passes = 5;

struct Message {
    std::string topic, payload;
};

/// Messages as a feed would take them out of its queue; decoded where a feed decodes them.
class Captured final : public telemetry::Feed {
public:
    Captured(const std::vector<Message>& all, telemetry::PayloadDecoder decoder) : all_{&all}, decoder_{std::move(decoder)} {}
    void drain(Time now, StringTable& strings, telemetry::Arrivals& arrivals) override {
        constexpr std::size_t batch = 4096;
        for (const std::size_t end = std::min(at_ + batch, all_->size()); at_ < end; ++at_)
            decoder_.decode((*all_)[at_].topic, (*all_)[at_].payload, now, strings, arrivals.samples);
        rejected = decoder_.counters().rejected;
        finished = at_ == all_->size();
        if (finished) at_ = 0;
    }
    [[nodiscard]] telemetry::FeedStatus status() const override { return {}; }

    bool finished = false;
    std::uint64_t rejected = 0;

private:
    const std::vector<Message>* all_;
    std::size_t at_ = 0;
    telemetry::PayloadDecoder decoder_;
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

/// Milliseconds of processor time of each pass over messages of one form.
struct Figures {
    std::vector<double> milliseconds;
    std::size_t payloadBytes = 0;
    std::uint64_t applied = 0, rejected = 0;
};

Figures measure(const std::string& form, const telemetry::PayloadFormat& format, const std::vector<std::string>& value) {
    const plant::Plant plant = plantOfSignals();
    Figures figures;
    std::vector<Message> captured;
    std::vector<telemetry::PayloadAddress> addresses;
    for (std::size_t i = 0; i < signalCount; ++i)
        addresses.push_back({static_cast<SignalIndex>(i), ValueType::Float, plant.signals[i].topic, value});
    for (std::size_t i = 0; i < messages; ++i) {
        const std::string number = std::format("{}.{:03}", i % 1013, i * 7 % 1000);
        const std::size_t millisecond = 1'800'000'000'000; // one moment: another pass over it must not be late
        captured.push_back({plant.signals[i % signalCount].topic, std::vformat(form, std::make_format_args(number, millisecond))});
        figures.payloadBytes += captured.back().payload.size();
    }
    auto feed = std::make_unique<Captured>(captured, telemetry::PayloadDecoder{std::move(addresses), format});
    Captured& source = *feed;
    telemetry::LiveSource live{signalCount, Duration::zero()};
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
    figures.rejected = source.rejected;
    return figures;
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
    JsonWriter json;
    json.beginObject().field("what", "ingest").field("device", processorName() + ", one core").field("signals", signalCount);
    json.field("messages", messages).key("forms").beginArray();
    for (const Case& one : cases) {
        const Figures figures = measure(one.form, one.format, one.value);
        const double median = quantile(figures.milliseconds, 0.5), best = quantile(figures.milliseconds, 0);
        json.beginObject()
            .field("form", one.name)
            .field("payloadBytes", static_cast<double>(figures.payloadBytes) / static_cast<double>(messages))
            .field("applied", figures.applied)
            .field("rejected", figures.rejected)
            .field("medianMs", median)
            .field("p99Ms", quantile(figures.milliseconds, 0.99))
            .field("samplesPerSecond", static_cast<double>(messages) / median * 1000)
            .field("bestSamplesPerSecond", static_cast<double>(messages) / best * 1000)
            .endObject();
    }
    json.endArray().field("peakBytes", peakResidentBytes()).endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchIngest(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand(
        "ingest", "Decode and apply captured payloads, one sample a message, on one core; times are processor time");
    command->footer("Example: millwright bench ingest");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "The answer is JSON anyway");
    command->callback([&run, json] { run = [] { return benchIngest(); }; });
}

} // namespace millwright::app
