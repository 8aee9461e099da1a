#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/frame.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/model.hpp>

#include <memory>
#include <string>
#include <vector>

namespace millwright::ui::example {

/// Half an hour of a coating line from 2026-11-20T14:00:00Z.
inline constexpr Time start = timeFromNanoseconds(1'795'183'200'000'000'000);
inline constexpr TimeInterval log{start, start + std::chrono::minutes{30}};

/// A coating line with every kind of signal, long names, and Korean and Chinese among them.
[[nodiscard]] plant::Plant coatingLine();

/// A feed made of a list of samples, in the plant's units.
class ListSource final : public telemetry::Source {
public:
    ListSource(const plant::Plant& plant, std::vector<telemetry::Sample> samples, std::shared_ptr<StringTable> strings);

    Result<std::span<const telemetry::Sample>> next(std::size_t maximum) override;
    Result<telemetry::Keyframe> seek(Time time) override;
    [[nodiscard]] TimeInterval span() const override;
    [[nodiscard]] std::uint64_t sampleCount() const override { return samples_.size(); }
    [[nodiscard]] std::span<const telemetry::Conversion> conversions() const override { return conversions_; }
    [[nodiscard]] std::vector<bool> found() const override { return std::vector<bool>(conversions_.size(), true); }
    [[nodiscard]] const StringTable& strings() const override { return *strings_; }
    [[nodiscard]] telemetry::SourceCounters counters() const override { return {}; }

    void failAfter(std::size_t samples) { failAfter_ = samples; }
    std::vector<telemetry::Conversion> conversions_;

private:
    std::vector<telemetry::Sample> samples_;
    std::shared_ptr<StringTable> strings_;
    std::size_t at_ = 0;
    std::size_t failAfter_ = std::string::npos;
};

/// Half an hour with a web break at 12 min 30 s: tension falls through both limits, the line is Held for four minutes.
[[nodiscard]] std::unique_ptr<ListSource> recording(const plant::Plant& plant, const std::shared_ptr<StringTable>& strings);

/// Everything a model borrows, kept together; `model()` points into it.
struct World {
    plant::Plant plant = coatingLine();
    std::shared_ptr<StringTable> strings = std::make_shared<StringTable>();
    std::unique_ptr<LogOverview> overview;
    std::shared_ptr<const kpi::Bins> measured; ///< up to the frame's time
    std::vector<kpi::Row> kpiRows = kpi::rowsOf(plant);
    std::vector<kpi::Characteristic> characteristics = kpi::characteristicsOf(plant);
    twin::Frame frame;
    AttentionMap attention;
    std::vector<SceneLabel> labels;

    /// The state at `at` into the log.
    explicit World(Duration at = std::chrono::minutes{14});
    [[nodiscard]] Model model() const;
};

} // namespace millwright::ui::example
