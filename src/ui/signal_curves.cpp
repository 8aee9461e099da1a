#include "ui/signal_curves.hpp"

#include <algorithm>

namespace millwright::ui {
namespace {

bool isNumber(const plant::Signal& signal) {
    return signal.type == ValueType::Float || (signal.type == ValueType::Integer && signal.states.empty());
}

} // namespace

SignalCurves::SignalCurves(PanelArguments& arguments) : a_{arguments} {
    if (!a_.hasLog() || !any()) return;
    const TimeInterval part = a_.state.visibleTime, log = a_.model.frame->log;
    zoomed_ = a_.model.history == nullptr && part.length() > Duration::zero() && part.from >= log.from && part.to <= log.to;
    const Time now = a_.model.frame->time;
    stretch_ = zoomed_ ? part : TimeInterval{now - std::min(a_.state.trendReach, longest()), now};
}

Duration SignalCurves::longest() const {
    if (a_.model.history != nullptr || a_.model.overview == nullptr) return Duration::max();
    return std::max(Duration{1}, a_.model.overview->span().length());
}

std::optional<float> SignalCurves::cursor() const {
    const Time now = a_.model.frame->time;
    if (!zoomed_ || now < stretch_.from || now > stretch_.to) return std::nullopt;
    return static_cast<float>(seconds(now - stretch_.from) / seconds(stretch_.length()));
}

bool SignalCurves::reading() const {
    return (a_.model.trends && a_.model.trends->busy()) || (a_.model.comparedTrends && a_.model.comparedTrends->busy());
}

std::optional<Error> SignalCurves::problem() const {
    if (a_.model.trends)
        if (auto problem = a_.model.trends->problem()) return problem;
    return a_.model.comparedTrends ? a_.model.comparedTrends->problem() : std::nullopt;
}

void SignalCurves::begin(std::span<const SignalIndex> signals, float width) {
    if (!a_.hasLog() || !any()) return;
    grid_ = history::gridOver(stretch_, static_cast<std::size_t>(std::max(8.0f, width)));
    for (const SignalIndex signal : signals)
        if (isNumber(a_.model.plant->at(signal))) numbers_.push_back(signal);
    if (numbers_.empty() || a_.model.overview == nullptr) return;
    if (a_.model.trends) a_.model.trends->want(numbers_, grid_, a_.model.overview->span());
    if (a_.model.comparedTrends && a_.model.comparedOverview)
        a_.model.comparedTrends->want(numbers_, grid_, a_.model.comparedOverview->span());
}

/// Down to single samples where that much is read, else in the slices of the whole log.
void SignalCurves::fromLog(const LogOverview& overview, TrendReader* trends, SignalIndex signal,
                           std::vector<CurvePoint>& points) const {
    if (trends != nullptr && curveOf(trends->find(signal, grid_), grid_, stretch_, points)) return;
    curveOf(overview, signal, stretch_, points);
}

bool SignalCurves::make(SignalIndex signal) {
    other_.clear();
    if (!a_.hasLog() || !any()) return false;
    if (a_.model.history != nullptr) {
        const auto found = a_.model.trends ? a_.model.trends->find(signal, grid_) : TrendReader::Found{};
        forgotten_ = std::max(
            forgotten_, curveOf(*a_.model.history, found, a_.model.trendsReachBack, signal, grid_, stretch_, a_.context.curve));
        return true;
    }
    fromLog(*a_.model.overview, a_.model.trends, signal, a_.context.curve);
    if (a_.model.comparedOverview) fromLog(*a_.model.comparedOverview, a_.model.comparedTrends, signal, other_);
    return true;
}

void SignalCurves::end() {
    if (a_.model.history == nullptr || a_.model.trends == nullptr || numbers_.empty()) return;
    history::TimeGrid part = grid_;
    part.columns = forgotten_;
    if (forgotten_ > 0)
        a_.model.trends->want(numbers_, part, stretch_);
    else
        a_.model.trends->wantNothing();
}

} // namespace millwright::ui
