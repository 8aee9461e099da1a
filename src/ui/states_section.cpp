#include "ui/panels.hpp"

#include <millwright/twin/live.hpp>
#include <millwright/twin/state_history.hpp>
#include <millwright/ui/format.hpp>

#include <algorithm>
#include <format>

namespace millwright::ui {
namespace {

using plant::PackmlState;
using twin::StateSpell;

constexpr std::size_t mostListed = 6;
constexpr float stripHeight = 16, rowHeight = 24, reasonHeight = 17, gap = 4;

/// Production in the colour of live data, what keeps it from going on in those of alarms, the rest in greys.
Colour colourOf(PackmlState state) {
    switch (state) {
    case PackmlState::Execute: return palette::live;
    case PackmlState::Aborting:
    case PackmlState::Aborted:
    case PackmlState::Clearing: return palette::urgent;
    case PackmlState::Holding:
    case PackmlState::Held: return palette::high;
    case PackmlState::Suspending:
    case PackmlState::Suspended: return palette::medium;
    case PackmlState::Stopping:
    case PackmlState::Stopped: return palette::dim;
    case PackmlState::Idle:
    case PackmlState::Complete: return palette::field;
    case PackmlState::Unknown: return palette::sunken;
    default: return palette::outline; // on the way from one to another
    }
}

class States {
public:
    States(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment)
        : a_{arguments},
          canvas_{canvas},
          left_{left},
          right_{right},
          begin_{top},
          y_{top},
          now_{arguments.model.frame->time},
          live_{twin::isLive(*arguments.model.frame)},
          spells_{arguments.model.states->of(equipment)} {}

    float draw() {
        strip();
        list();
        return y_ - begin_;
    }

private:
    /// The last spell goes on while feeds are followed.
    [[nodiscard]] Time endOf(const StateSpell& spell) const {
        return live_ && &spell == &spells_.back() ? std::max(now_, spell.interval.from) : spell.interval.to;
    }
    [[nodiscard]] TimeInterval shown() const {
        if (live_) return {now_ - a_.state.trendReach, now_};
        const TimeInterval part = a_.state.visibleTime;
        return part.length() > Duration::zero() ? part : a_.model.frame->log;
    }

    void strip() {
        const TimeInterval span = shown();
        const Rect box{{left_, y_ + canvas_.px(2)}, {right_, y_ + canvas_.px(2 + stripHeight)}};
        const double length = std::max(1e-9, seconds(span.length()));
        const auto x = [&](Time time) {
            return std::clamp(box.min.x + static_cast<float>(seconds(time - span.from) / length) * box.width(), box.min.x,
                              box.max.x);
        };
        canvas_.fill(box, palette::sunken);
        const Touch touch = touchable("states", box);
        const float mouse = ImGui::GetIO().MousePos.x;
        const StateSpell* pointed = nullptr;
        const auto first = std::ranges::partition_point(spells_, [&](const StateSpell& each) { return endOf(each) < span.from; });
        for (auto spell = first; spell != spells_.end() && spell->interval.from <= span.to; ++spell) {
            const float from = x(spell->interval.from), to = std::max(from + 1, x(endOf(*spell)));
            canvas_.fill({{from, box.min.y}, {std::min(to, box.max.x), box.max.y}}, colourOf(spell->state));
            if (touch.hovered && mouse >= from && mouse < to) pointed = &*spell;
        }
        canvas_.stroke(box, palette::outline, 1);
        if (now_ >= span.from && now_ <= span.to && !live_)
            canvas_.line({std::round(x(now_)), box.min.y - canvas_.px(2)}, {std::round(x(now_)), box.max.y + canvas_.px(2)},
                         palette::accent, 2);
        if (pointed != nullptr) {
            const std::string_view reason = twin::reasonOf(*a_.model.plant, *pointed);
            hint(a_.context,
                 std::format("{} {}, {}{}{}", clockText(pointed->interval.from), twin::textOf(*pointed),
                             formatDuration(endOf(*pointed) - pointed->interval.from), reason.empty() ? "" : " — ", reason));
            if (touch.clicked && !live_) a_.intents.emplace_back(Seek{pointed->interval.from});
        }
        y_ += canvas_.px(stripHeight + 2 + gap);
    }

    /// The state at the cursor and those before it.
    void list() {
        const auto later =
            std::ranges::partition_point(spells_, [&](const StateSpell& each) { return each.interval.from <= now_; });
        const std::size_t known = static_cast<std::size_t>(later - spells_.begin());
        for (std::size_t i = 0; i < std::min(mostListed, known); ++i) row(spells_[known - 1 - i], i == 0);
        if (known > mostListed) {
            const Rect box{{left_, y_}, {right_, y_ + canvas_.px(reasonHeight)}};
            canvas_.text(box, Face::Small, palette::dim, std::format("and {} before", known - mostListed));
            y_ += canvas_.px(reasonHeight + gap);
        }
    }

    void row(const StateSpell& spell, bool current) {
        const std::string_view reason = twin::reasonOf(*a_.model.plant, spell);
        const float height = canvas_.px(rowHeight) + (reason.empty() ? 0 : canvas_.px(reasonHeight));
        const Rect whole{{left_, y_}, {right_, y_ + height}}, line{{left_, y_}, {right_, y_ + canvas_.px(rowHeight)}};
        ImGui::PushID(static_cast<int>(&spell - spells_.data()));
        const Touch touch = touchable("state", whole);
        ImGui::PopID();
        if (touch.hovered && !live_) {
            canvas_.fill({{whole.min.x - canvas_.px(4), whole.min.y}, {whole.max.x + canvas_.px(4), whole.max.y}}, palette::hover);
            hint(a_.context, "Go to where it begins");
        }
        if (touch.clicked && !live_) a_.intents.emplace_back(Seek{spell.interval.from});
        const float side = canvas_.px(10), middle = line.centre().y;
        const Rect key{{left_, middle - side / 2}, {left_ + side, middle + side / 2}};
        canvas_.fill(key, colourOf(spell.state));
        canvas_.stroke(key, palette::outline, 1);
        const float after = canvas_.figures({{left_ + canvas_.px(18), line.min.y}, line.max}, Face::Small, palette::dim,
                                            clockText(spell.interval.from), Align::Left);
        // At the cursor it has lasted until now, however long it goes on.
        const Duration lasted = (current ? std::min(now_, endOf(spell)) : endOf(spell)) - spell.interval.from;
        const std::string length = std::format("{}{}", current ? "for " : "", formatDuration(lasted));
        const float width = canvas_.figureWidth(Face::Small, length);
        canvas_.figures(line, Face::Small, palette::dim, length);
        canvas_.text({{after + canvas_.px(8), line.min.y}, {right_ - width - canvas_.px(8), line.max.y}},
                     current ? Face::Strong : Face::Body, palette::text, twin::textOf(spell));
        if (!reason.empty())
            canvas_.text({{after + canvas_.px(8), line.max.y - canvas_.px(4)}, {right_, whole.max.y - canvas_.px(2)}}, Face::Small,
                         palette::dim, reason);
        y_ += height;
    }

    PanelArguments& a_;
    Canvas& canvas_;
    float left_, right_, begin_, y_;
    Time now_;
    bool live_;
    std::span<const StateSpell> spells_;
};

} // namespace

float drawStates(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment) {
    return States{arguments, canvas, left, right, top, equipment}.draw();
}

} // namespace millwright::ui
