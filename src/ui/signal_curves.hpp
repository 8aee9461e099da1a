#pragma once

#include "ui/curve.hpp"
#include "ui/panels.hpp"

#include <millwright/core/result.hpp>

#include <optional>
#include <span>
#include <vector>

namespace millwright::ui {

/// The curves of one equipment's signals, for one frame: which stretch of time they show, and the finest that is at hand of it.
/// What is finer is asked for, and there some frames later.
class SignalCurves {
public:
    explicit SignalCurves(PanelArguments& arguments);

    /// Whether there is anything to draw curves of.
    [[nodiscard]] bool any() const { return a_.model.history != nullptr || a_.model.overview != nullptr; }
    /// Whether the timeline shows a part of the log, and so the curves do.
    [[nodiscard]] bool isZoomed() const { return zoomed_; }
    /// How far back they can reach: the length of the log; of feeds, as far as one likes.
    [[nodiscard]] Duration longest() const;
    /// Where the present is in the stretch, unless it ends there.
    [[nodiscard]] std::optional<float> cursor() const;
    [[nodiscard]] bool reading() const;
    [[nodiscard]] std::optional<Error> problem() const;

    /// Before the first: curves of some of these are made, `width` pixels wide or less.
    void begin(std::span<const SignalIndex> signals, float width);
    /// Fills the context's curve with what the signal did, and `other`; false when nothing tells.
    bool make(SignalIndex signal);
    /// What the signal did in the other log at that time; empty without one.
    [[nodiscard]] std::span<const CurvePoint> other() const { return other_; }
    /// After the last.
    void end();

private:
    void fromLog(const LogOverview& overview, TrendReader* trends, SignalIndex signal, std::vector<CurvePoint>& points) const;

    PanelArguments& a_;
    bool zoomed_ = false;
    TimeInterval stretch_;
    history::TimeGrid grid_;
    std::vector<SignalIndex> numbers_;
    std::vector<CurvePoint> other_;
    std::size_t forgotten_ = 0; ///< columns, from the first one on, that hold all that is forgotten
};

} // namespace millwright::ui
